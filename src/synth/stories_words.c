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

static const char *const posts[] = { "CEO",       "mayor",      "director",  "president",  "captain",
                                     "manager",   "chair",      "minister",  "owner",      "founder",
                                     "editor",    "coach",      "treasurer", "ambassador", "secretary",
                                     "governor",  "dean",       "leader",    "curator",    "commander",
                                     "inspector", "chancellor", "spokesman", "head" };
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
                story_fillers = { fillers, N(fillers) };
