/* stories_words.c -- names and sentences of the task stories.
 *
 * A name belongs to one part for good: of real and of made-up names alike, number n to the train part if
 * n mod 5 < 3, to valid if it is 3, to test if it is 4. Made-up names are a beginning, a vowel and an end;
 * beginnings end and ends begin with consonants, so no two ways of making give one name.
 */
#include "synth/stories.h"

#include <stdio.h>

#include "base/array.h"

#define N(list) ((int)(sizeof(list) / sizeof *(list)))

/* ---- names ---- */

/* clang-format off */
/* Every fifth, from the fourth and from the fifth, is of the valid and of the test part. */
static const char *const people[] = {
    "Carmen", "Nora", "Doris", "Astrid", "Alice", "Agnes", "Colin", "Elsa", "Julia", "Bob", "Hazel", "Igor",
    "Gina", "Leah", "Emil", "Marcel", "Hilda", "Jonas", "Bruno", "Lucy", "Oliver", "Ravi", "Claude",
    "Jasmine", "Felix", "Jacob", "Chloe", "Joel", "Evan", "Elise", "Gustav", "Ingrid", "Walter", "Mabel",
    "Mia", "Elena", "Fred", "Lydia", "Camilla", "James", "Peter", "Martha", "Andrea", "Olga", "Dennis",
    "Bianca", "Caroline", "Nancy", "Sara", "Maya", "Linda", "Amanda", "Susan", "Adam", "Greta", "Ivan",
    "George", "Conrad", "Max", "Eva", "Joan", "Brian", "Kate", "Edith", "Carl", "Leo", "Alma", "Henry",
    "Lisa", "Eric", "Daphne", "Albert", "Miriam", "Tim", "Keith", "Anita", "Heidi", "Frank", "Amy",
    "Barbara", "Daniel", "Cyril", "John", "Ida", "Magda", "Ines", "Arthur", "Hannah", "Kevin", "Grace",
    "Dora", "Jane", "Brenda", "Jack", "Irene", "Nina", "Dalia", "Rita", "Isaac", "Duncan", "Clara", "Karl",
    "Emma", "Harry", "Nathan", "Edgar", "Harold", "Rosa", "Laura", "Gavin", "Enid", "Victor", "Monica",
    "Hugo", "Nadia", "Esther", "Iris", "Ursula", "Cecilia", "Frida", "Mary", "Alfred", "Anton", "Edwin",
    "Louis", "Bernard", "Marco", "Martin", "Lucas", "Rachel", "Lily", "Vera", "Ralph", "Gloria", "Amir",
    "Helen", "Angela", "Diana", "Stella", "Thomas", "Judith", "Neil", "Philip", "Ruth", "David", "Karen",
    "Tanya", "Pablo", "Oscar", "Simon", "Ella", "Fiona", "Paula", "Gerda", "Maria", "Alex", "Ben", "Robert",
    "Mark", "Sofia", "Jean", "Cora", "Otto", "Samuel", "Flora",
};

static const char *const places[] = {
    "Auckland", "Palermo", "Durban", "Bilbao", "Paris", "York", "Bergen", "Sydney", "Galway", "Berlin",
    "Dresden", "Lyon", "Lucerne", "Toronto", "Rome", "Hanover", "Dallas", "Leon", "Venice", "Trieste",
    "Liverpool", "Shanghai", "Calgary", "Baku", "Genoa", "Naples", "Beirut", "Athens", "Geneva", "Uppsala",
    "Brisbane", "Ljubljana", "Boston", "Cardiff", "Ottawa", "Stockholm", "Accra", "Denver", "Wellington",
    "Tunis", "Pisa", "Detroit", "Bremen", "Hanoi", "Algiers", "Budapest", "Miami", "Perth", "Bristol",
    "Limerick", "Salzburg", "Adelaide", "Malaga", "Antwerp", "Nantes", "Karachi", "Utrecht", "Barcelona",
    "Munich", "Turin", "Belfast", "Seville", "Toulouse", "Oslo", "Delhi", "Zurich", "Florence", "Minsk",
    "Manchester", "Prague", "Glasgow", "Seattle", "Aarhus", "Bologna", "Belgrade", "Istanbul", "Madrid",
    "Dublin", "Memphis", "Kiel", "Odessa", "Leipzig", "Lima", "Frankfurt", "Manila", "Granada", "Cairo",
    "Dundee", "Beijing", "Jakarta", "Cork", "Seoul", "Nairobi", "Lagos", "Montreal", "Bucharest", "Riga",
    "Houston", "Chicago", "Bogota", "Tampere", "Amman", "Vienna", "Malmo", "Nice", "Brussels", "Exeter",
    "Helsinki", "Bonn", "Porto", "Tokyo", "Cordoba", "Baghdad", "Bern", "Moscow", "Marseille", "Santiago",
    "Bordeaux", "Milan", "Warsaw", "Copenhagen", "Cologne", "Tallinn", "Bangkok", "Bamako", "Linz",
    "Edinburgh", "Lille", "Birmingham", "Leeds", "Gdansk", "Hamburg", "Essen", "Rotterdam", "Kigali",
    "Brno", "Ankara", "Bombay", "Luxor", "Turku", "Graz", "Valencia", "Krakow", "Damascus", "Lodz", "Dakar",
    "Kyoto", "Kabul", "Osaka", "Ghent", "London", "Vilnius", "Basel", "Vaduz", "Amsterdam", "Quito",
    "Havana", "Zagreb", "Lisbon", "Oxford",
};

static const char *const jobs[] = {
    "economist", "upholsterer", "jockey", "jeweller", "fishmonger", "acrobat", "nurse", "puppeteer",
    "pharmacist", "dentist", "typist", "paramedic", "metalworker", "illustrator", "astronomer",
    "embroiderer", "musician", "bookbinder", "harpist", "doctor", "mechanic", "courier", "botanist",
    "ranger", "organist", "policeman", "singer", "fisherman", "clown", "statistician", "pilot", "model",
    "geologist", "scientist", "broker", "woodcutter", "butcher", "electrician", "gunsmith", "grocer",
    "judge", "bricklayer", "postman", "builder", "dancer", "composer", "carver", "docker", "miller",
    "physicist", "goldsmith", "florist", "draughtsman", "hunter", "gatekeeper", "reporter", "undertaker",
    "hatter", "firefighter", "novelist", "artist", "poet", "clerk", "surgeon", "stonemason", "flautist",
    "archaeologist", "tiler", "cobbler", "clockmaker", "ferryman", "weaver", "merchant", "lumberjack",
    "cyclist", "seamstress", "trumpeter", "lifeguard", "vet", "juggler", "potter", "printer", "architect",
    "diver", "cashier", "surveyor", "farmer", "saddler", "nutritionist", "lecturer", "painter", "glazier",
    "tailor", "steward", "translator", "janitor", "shepherd", "shoemaker", "senator", "lawyer",
    "mathematician", "programmer", "engraver", "beekeeper", "chemist", "magician", "glassblower",
    "designer", "cook", "animator", "biologist", "navigator", "carpenter", "drummer", "mason", "attorney",
    "guitarist", "teacher", "cleaner", "gardener", "butler", "sculptor", "actor", "engineer", "driver",
    "joiner", "writer", "midwife", "swimmer", "plasterer", "psychologist", "zoologist", "miner", "waiter",
    "roofer", "optician", "librarian", "auctioneer", "decorator", "bookseller", "linguist", "welder",
    "sailor", "watchmaker", "violinist", "milliner", "inventor", "detective", "forester", "knitter",
    "hairdresser", "soldier", "logger", "locksmith", "journalist", "boatman", "tanner", "conductor",
    "historian", "pianist", "plumber", "porter", "brewer", "athlete", "photographer", "blacksmith", "baker",
    "chauffeur", "author", "chef", "bartender", "accountant", "illusionist", "perfumer", "barber",
};
/* clang-format on */

static const char *const person_starts[] = { "Al",  "Bal",  "Ber", "Bran", "Cal", "Cor", "Dar", "Del",
                                             "Dor", "Eld",  "Er",  "Fal",  "Fen", "Gal", "Gor", "Hal",
                                             "Hel", "Il",   "Jar", "Jor",  "Kal", "Kel", "Kor", "Lan",
                                             "Lor", "Mal",  "Mer", "Mor",  "Nar", "Nel", "Ol",  "Or",
                                             "Pel", "Quin", "Ran", "Rod",  "Sal", "Sel", "Tal", "Tor",
                                             "Ul",  "Val",  "Ver", "Wil",  "Yor", "Zan" };
static const char *const person_ends[] = { "ba",  "bert", "da",  "dine", "do",  "dra", "fa",  "gan", "la",
                                           "las", "lin",  "lo",  "ma",   "mar", "mir", "mo",  "na",  "ndra",
                                           "nel", "nia",  "nka", "no",   "ra",  "ric", "rin", "ro",  "sa",
                                           "sha", "son",  "ta",  "tha",  "ton", "tta", "va",  "vin", "wyn" };
static const char *const place_starts[] = { "Alb",  "Arn",  "Bald", "Bel",  "Birk", "Bren", "Carl", "Cast",
                                            "Crom", "Dorn", "Drav", "Eber", "Elm",  "Fald", "Ferr", "Gart",
                                            "Glen", "Grim", "Hald", "Hart", "Hol",  "Ing",  "Karn", "Kirk",
                                            "Lang", "Lind", "Lund", "Mard", "Mill", "Nord", "Norr", "Ost",
                                            "Pem",  "Rav",  "Rost", "Sand", "Silv", "Stan", "Tarn", "Thorn",
                                            "Ulm",  "Vand", "Verd", "Wald", "West", "Wind" };
static const char *const place_ends[] = { "bach",  "berg",   "borough", "bridge", "burg",  "bury",
                                          "by",    "cester", "dale",    "dorf",   "fast",  "field",
                                          "ford",  "garden", "gate",    "grad",   "ham",   "haven",
                                          "kirk",  "lund",   "mar",     "mere",   "mouth", "nia",
                                          "polis", "port",   "sk",      "stad",   "stead", "stein",
                                          "stock", "ton",    "vik",     "ville",  "wick",  "worth" };
static const char *const firm_starts[] = { "Ac",   "Aer", "Alt",  "Ast",  "Ax",    "Bion", "Carb", "Cent",
                                           "Clar", "Dat", "Delt", "Dyn",  "Ect",   "Equ",  "Ev",   "Fab",
                                           "Flex", "Fut", "Gen",  "Glob", "Grav",  "Hydr", "Int",  "Jet",
                                           "Kin",  "Lum", "Max",  "Mer",  "Met",   "Micr", "Nan",  "Nex",
                                           "Oct",  "Opt", "Pan",  "Pol",  "Quant", "Rad",  "Sol",  "Spect",
                                           "Tect", "Tri", "Unit", "Vect", "Vol",   "Zen" };
static const char *const firm_ends[] = { "bank",  "base", "bit",   "cast", "chem",  "com",   "corp", "data",
                                         "drive", "form", "gas",   "gen",  "graph", "lab",   "line", "link",
                                         "mark",  "med",  "net",   "nova", "pharm", "phone", "plan", "power",
                                         "scope", "soft", "space", "star", "steel", "sys",   "tech", "tel",
                                         "tools", "tron", "ware",  "works" };
static const char *const vowels[] = { "a", "e", "i", "o", "u" };

enum { STARTS = 46, ENDS = 36, VOWELS = N(vowels), MADE = STARTS * ENDS * VOWELS, PARTS = 5 };
_Static_assert(N(person_starts) == STARTS && N(place_starts) == STARTS && N(firm_starts) == STARTS, "");
_Static_assert(N(person_ends) == ENDS && N(place_ends) == ENDS && N(firm_ends) == ENDS, "");

typedef struct {
    const char *const *real;
    int n_real;
    const char *const *starts, *const *ends; /* NULL: none is made up */
} Pool;

static const Pool pools[STORY_POOLS] = {
    [STORY_PEOPLE] = { people, N(people), person_starts, person_ends },
    [STORY_PLACES] = { places, N(places), place_starts, place_ends },
    [STORY_FIRMS] = { NULL, 0, firm_starts, firm_ends },
    [STORY_JOBS] = { jobs, N(jobs), NULL, NULL },
};

/* Of n numbers from 0, how many are the part's; and which is its number k. */
static int part_count(int n, int part)
{
    int rest = n % PARTS, each = part == SYNTH_TRAIN ? 3 : 1,
        last = rest - (part == SYNTH_TRAIN ? 0 : part + 2);
    return n / PARTS * each + (last < 0 ? 0 : last > each ? each : last);
}

static int part_number(int k, int part)
{
    return part == SYNTH_TRAIN ? k / 3 * PARTS + k % 3 : k * PARTS + part + 2;
}

int story_names(StoryPool pool, int part)
{
    const Pool *p = &pools[pool];
    return part_count(p->n_real, part) + (p->starts ? part_count(MADE, part) : 0);
}

void story_name(StoryPool pool, int part, int number, char out[DRAFT_BYTES])
{
    enum {
        STEP = 3571
    }; /* a prime that is no factor of MADE: names beside each other differ in all places */
    const Pool *p = &pools[pool];
    int n_real = part_count(p->n_real, part);
    assert(number >= 0 && number < story_names(pool, part));
    if (number < n_real) {
        snprintf(out, DRAFT_BYTES, "%s", p->real[part_number(number, part)]);
        return;
    }
    int made = part_number(number - n_real, part) * STEP % MADE;
    snprintf(out, DRAFT_BYTES, "%s%s%s", p->starts[made / (ENDS * VOWELS)], vowels[made / ENDS % VOWELS],
             p->ends[made % ENDS]);
}

/* ---- sentences ---- */

const StoryRelation story_relations[STORY_RELATIONS] = {
    { 4,
      STORY_PLACES,
      false,
      false,
      { "lives in @", "has lived in @ for years", "has a house in @", "lives with two cats in @",
        "now lives in @" },
      { "Where does # live ?", "What city does # live in ?", "In which city does # live ?",
        "Where is # 's home ?" },
      { "Who lives in @ ?", "Who has a home in @ ?" },
      { 0 } },
    { 3,
      STORY_PLACES,
      false,
      false,
      { "works in @", "works in an office in @", "has worked in @ since May", "goes to work in @" },
      { "Where does # work ?", "What city does # work in ?", "In which city does # work ?" },
      { "Who works in @ ?" },
      { 0 } },
    { 3,
      STORY_PLACES,
      false,
      false,
      { "was born in @", "was born near @", "was born and raised in @", "was born in the city of @" },
      { "Where was # born ?", "What city was # born in ?", "In which city was # born ?" },
      { "Who was born in @ ?" },
      { 0 } },
    { 5,
      STORY_PLACES,
      false,
      true,
      { "visited @", "visited @ on &", "flew to @ on &", "went on a visit to @",
        "visited the city of @ last week" },
      { "What city did # visit ?", "Which city did # visit ?", "Where did # go ?",
        "Where did # go on a visit ?" },
      { "Who visited @ ?", "Who went to @ ?" },
      { 0 } },
    { 2,
      STORY_FIRMS,
      true,
      false,
      { "works for @", "is with @", "has a job at @", "has been with @ for years" },
      { "Who does # work for ?", "What company does # work for ?", "Which company is # with ?" },
      { "Who works for @ ?", "Who is with @ ?" },
      { 0 } },
    { 1,
      STORY_JOBS,
      true,
      false,
      { "is a@", "works as a@", "is a@ by trade", "has become a@" },
      { "What is # 's job ?", "What does # do ?", "What does # do for a living ?" },
      { "Who is a@ ?", "Who works as a@ ?" },
      { 0 } },
    { 3,
      STORY_PLACES,
      false,
      true,
      { "met ~ in @", "met ~ on & in @", "saw ~ in @ last week" },
      { "Where did # meet ~ ?", "In which city did # meet ~ ?", "Where did # see ~ ?" },
      { "Who met ~ in @ ?", "Who saw ~ in @ ?" },
      { "Who did # meet in @ ?", "Who did # see in @ ?" } },
};

static const char *const posts[] = {
    "CEO",      "mayor",   "director",   "president",  "captain",   "manager",    "chair",     "minister",
    "owner",    "founder", "editor",     "coach",      "treasurer", "ambassador", "secretary", "governor",
    "dean",     "leader",  "curator",    "commander",  "inspector", "chancellor", "spokesman", "head",
    "abbot",    "admiral", "bishop",     "boss",       "chaplain",  "colonel",    "consul",    "delegate",
    "deputy",   "general", "lieutenant", "marshal",    "premier",   "principal",  "professor", "rector",
    "sergeant", "sheriff", "speaker",    "supervisor", "trainer",   "trustee",    "vicar",     "warden"
};
static const char *const traits[] = { "is tall",
                                      "is young",
                                      "is old",
                                      "is kind",
                                      "is happy",
                                      "is rich",
                                      "is quiet",
                                      "is funny",
                                      "is very busy",
                                      "is often late",
                                      "likes tea",
                                      "likes music",
                                      "likes cats",
                                      "loves books",
                                      "has red hair",
                                      "has two sons",
                                      "has three daughters",
                                      "has a dog",
                                      "has a new car",
                                      "plays the piano",
                                      "plays chess",
                                      "sings well",
                                      "sleeps badly",
                                      "never travels alone",
                                      "speaks French",
                                      "does not like fish",
                                      "wears a green hat",
                                      "reads a lot" };
static const char *const times[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday" };
static const char *const knows[] = { "knows",  "called",    "married",    "wrote to",
                                     "helped", "has known", "works with", "likes" };
/* Prose around them, of words that are rarer than those of facts: an article is mostly such words. ^noun,
 * ^verb and ^adj are drawn from these lists. */
/* clang-format off */
static const char *const nouns[] = {
    "address", "airport", "answer", "apple", "arm", "bag", "ball", "basket", "bell", "bill", "bird",
    "board", "boat", "body", "book", "bottle", "box", "boy", "branch", "bread", "brother", "building",
    "cable", "camera", "card", "case", "cause", "chance", "change", "child", "choice", "church", "circle",
    "class", "client", "clock", "cloud", "coast", "coat", "coin", "college", "colour", "concert", "corner",
    "country", "court", "crowd", "cup", "daughter", "deal", "desk", "detail", "dinner", "door", "dream",
    "dress", "duty", "edge", "effect", "egg", "engine", "error", "event", "exam", "expert", "eye", "face",
    "factory", "family", "farm", "father", "film", "fire", "flag", "flat", "floor", "flower", "forest",
    "friend", "fuel", "game", "girl", "glass", "goal", "group", "guest", "hall", "hand", "harbour", "heart",
    "hill", "horse", "host", "hour", "idea", "island", "issue", "journey", "key", "kitchen", "lake", "law",
    "lesson", "level", "light", "list", "lock", "lunch", "machine", "map", "match", "meal", "meeting",
    "member", "memory", "message", "method", "minute", "month", "moon", "morning", "mother", "motor",
    "mountain", "nation", "neighbour", "offer", "order", "page", "painting", "paper", "park", "part",
    "party", "path", "pen", "photo", "picture", "plane", "plant", "plate", "player", "pocket", "point",
    "pool", "present", "price", "prize", "problem", "product", "promise", "question", "race", "reader",
    "reason", "record", "region", "result", "ring", "roof", "room", "rope", "rule", "scene", "school",
    "seat", "shadow", "ship", "shoe", "sign", "signal", "sister", "smile", "song", "sound", "stage",
    "station", "stone", "storm", "student", "study", "summer", "sun", "supply", "table", "task", "test",
    "theatre", "thing", "ticket", "tool", "tower", "town", "tree", "trip", "truck", "valley", "victim",
    "view", "village", "visitor", "voice", "wall", "war", "watch", "wave", "wheel", "wife", "wind",
    "window", "wing", "winner", "wire", "witness", "woman", "wood", "word", "worker", "world",
};
static const char *const verbs[] = {
    "accepted", "admired", "avoided", "believed", "bought", "broke", "built", "burned", "carried", "caught",
    "changed", "chose", "cleaned", "climbed", "collected", "counted", "covered", "crossed", "described",
    "destroyed", "discovered", "drew", "dropped", "earned", "enjoyed", "entered", "escaped", "examined",
    "expected", "explained", "fell", "felt", "filled", "finished", "followed", "forgot", "found", "fought",
    "gathered", "gave", "grew", "guarded", "heard", "held", "hoped", "hurried", "imagined", "improved",
    "joined", "jumped", "kept", "knocked", "laughed", "learned", "left", "lifted", "listened", "looked",
    "lost", "loved", "lowered", "managed", "marked", "measured", "mended", "missed", "moved", "needed",
    "noticed", "offered", "opened", "ordered", "painted", "passed", "planned", "played", "prepared",
    "promised", "pulled", "pushed", "reached", "read", "refused", "remained", "remembered", "removed",
    "repeated", "replaced", "returned", "rode", "sailed", "sang", "searched", "served", "shared", "shouted",
    "showed", "slept", "smiled", "sold", "spoke", "spent", "started", "stayed", "stole", "stopped",
    "studied", "swept", "taught", "tested", "threw", "told", "touched", "tried", "turned", "understood",
    "used", "waited", "walked", "wanted", "warned", "washed", "watched", "wished", "wondered",
};
static const char *const adjectives[] = {
    "angry", "bad", "bitter", "black", "blind", "blue", "brave", "brief", "bright", "broad", "broken",
    "brown", "calm", "careful", "cheap", "clean", "clear", "clever", "common", "complete", "cool", "dark",
    "dear", "deep", "different", "difficult", "dirty", "double", "dry", "early", "easy", "empty", "equal",
    "famous", "final", "foreign", "former", "free", "fresh", "friendly", "gentle", "golden", "good",
    "great", "grey", "guilty", "half", "hard", "heavy", "hidden", "hollow", "honest", "hot", "huge",
    "hungry", "ill", "innocent", "large", "lazy", "local", "lonely", "loose", "loud", "lucky", "modern",
    "narrow", "natural", "nervous", "noisy", "ordinary", "pale", "perfect", "plain", "pleasant", "polite",
    "poor", "popular", "proud", "public", "pure", "rare", "raw", "ready", "real", "rough", "round", "rude",
    "sad", "safe", "secret", "serious", "sharp", "short", "silent", "silver", "simple", "slow", "small",
    "smooth", "solid", "sour", "special", "steep", "stiff", "strange", "strong", "sudden", "sweet", "thick",
    "thin", "tired", "tiny", "ugly", "useful", "usual", "warm", "weak", "wet", "white", "whole", "wide",
    "wild", "wise", "wonderful", "wooden", "wrong", "yellow",
};
/* clang-format on */
static const char *const prose[] = {
    "The ^adj ^noun ^verb the ^noun in the ^noun .",
    "After the ^noun the ^noun and the ^noun ^verb .",
    "A ^noun of the ^noun ^verb that the ^noun was ^adj .",
    "The ^noun had ^verb the ^adj ^noun , and nobody ^verb .",
    "There was a ^adj ^noun behind the ^noun in @ .",
    "In the ^noun they ^verb about the ^noun for years .",
    "It was a ^adj ^noun , said ~ , who ^verb the ^noun .",
    "They ^verb the ^noun because the ^noun was ^adj .",
    "When the ^noun ^verb , the ^noun of @ ^verb with the ^adj ^noun .",
    "Many ^verb , but the ^noun near @ ^verb .",
    "~ ^verb the ^noun and ^verb @ .",
    "Some who ^verb from @ and the ^noun ^verb a ^adj ^noun .",
    "The ^noun from @ , which ^verb ^adj , has ^verb to the ^noun on & .",
    "^adj ^noun ^verb at the ^noun , but it is not ^adj .",
    "He ^verb that his ^noun is ^adj and that her ^noun ^verb .",
    "She has not ^verb the ^noun by the ^noun , where ~ ^verb .",
    "If the ^noun is ^adj , we will have the ^adj ^noun .",
    "For this ^noun the ^noun is as ^adj as the ^noun .",
};
static const char *const fillers[] = { "The weather was cold .",
                                       "It rained all day in @ .",
                                       "The train to @ was late .",
                                       "Nobody knew why .",
                                       "The road from @ to @ was closed .",
                                       "There were many people in the streets of @ .",
                                       "The prices rose again this year .",
                                       "It was a long winter .",
                                       "The newspapers in @ wrote about it .",
                                       "Most of the shops were closed on & .",
                                       "~ did not come .",
                                       "~ and ~ were not there .",
                                       "A letter came from @ .",
                                       "The next train to @ leaves on & .",
                                       "Some said that @ is too far away .",
                                       "The old bridge in @ is being repaired .",
                                       "In the evening there was music .",
                                       "The talks will go on next week .",
                                       "~ said nothing about @ .",
                                       "For a long time nothing happened .",
                                       "The hotel was full .",
                                       "People in @ still talk about it .",
                                       "Nothing of this was in the report .",
                                       "The way from @ is long .",
                                       "~ asked ~ for help .",
                                       "The river was high after the rain .",
                                       "On & the market in @ was open .",
                                       "Nobody has been there since & ." };

const StoryList story_posts = { posts, N(posts) }, story_traits = { traits, N(traits) },
                story_times = { times, N(times) }, story_knows = { knows, N(knows) },
                story_fillers = { fillers, N(fillers) }, story_prose = { prose, N(prose) };

const StoryList story_rare[] = { { nouns, N(nouns) }, { verbs, N(verbs) }, { adjectives, N(adjectives) } };
