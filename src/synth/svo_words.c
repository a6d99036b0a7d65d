/* svo_words.c -- the words of the English-French grammar.
 *
 * Every form is written out: a reader who knows French can check a row without knowing any rule. Rules that
 * depend on the neighbouring word (elision, bel, cet, mon amie, du) are in svo_say.c.
 * English words are chosen so that the French is fixed by the English sentence alone: every noun's plural
 * differs from its singular, "you" is always "tu" and "you all" always "vous", "they" is always "ils".
 */
#include "synth/svo.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

const Noun svo_nouns[] = {
    { "man", "men", { "homme", "hommes" }, 'm', PERSON },
    { "woman", "women", { "femme", "femmes" }, 'f', PERSON },
    { "boy", "boys", { "garçon", "garçons" }, 'm', PERSON },
    { "girl", "girls", { "fille", "filles" }, 'f', PERSON },
    { "child", "children", { "enfant", "enfants" }, 'm', PERSON },
    { "friend", "friends", { "ami", "amis" }, 'm', PERSON },
    { "teacher", "teachers", { "professeur", "professeurs" }, 'm', PERSON },
    { "doctor", "doctors", { "médecin", "médecins" }, 'm', PERSON },
    { "sister", "sisters", { "sœur", "sœurs" }, 'f', PERSON },
    { "brother", "brothers", { "frère", "frères" }, 'm', PERSON },
    { "aunt", "aunts", { "tante", "tantes" }, 'f', PERSON },
    { "cat", "cats", { "chat", "chats" }, 'm', ANIMAL },
    { "dog", "dogs", { "chien", "chiens" }, 'm', ANIMAL },
    { "horse", "horses", { "cheval", "chevaux" }, 'm', ANIMAL },
    { "bird", "birds", { "oiseau", "oiseaux" }, 'm', ANIMAL },
    { "mouse", "mice", { "souris", "souris" }, 'f', ANIMAL },
    { "cow", "cows", { "vache", "vaches" }, 'f', ANIMAL },
    { "owl", "owls", { "hibou", "hiboux" }, 'm', ANIMAL },
    { "bee", "bees", { "abeille", "abeilles" }, 'f', ANIMAL },
    { "apple", "apples", { "pomme", "pommes" }, 'f', FOOD },
    { "orange", "oranges", { "orange", "oranges" }, 'f', FOOD },
    { "egg", "eggs", { "œuf", "œufs" }, 'm', FOOD },
    { "cake", "cakes", { "gâteau", "gâteaux" }, 'm', FOOD },
    { "carrot", "carrots", { "carotte", "carottes" }, 'f', FOOD },
    { "bread", NULL, { "pain" }, 'm', FOOD | MASS },
    { "meat", NULL, { "viande" }, 'f', FOOD | MASS },
    { "cheese", NULL, { "fromage" }, 'm', FOOD | MASS },
    { "water", NULL, { "eau" }, 'f', DRINK | MASS },
    { "milk", NULL, { "lait" }, 'm', DRINK | MASS },
    { "coffee", NULL, { "café" }, 'm', DRINK | MASS },
    { "beer", NULL, { "bière" }, 'f', DRINK | MASS },
    { "book", "books", { "livre", "livres" }, 'm', TEXT },
    { "letter", "letters", { "lettre", "lettres" }, 'f', TEXT },
    { "newspaper", "newspapers", { "journal", "journaux" }, 'm', TEXT },
    { "story", "stories", { "histoire", "histoires" }, 'f', TEXT },
    { "car", "cars", { "voiture", "voitures" }, 'f', THING },
    { "table", "tables", { "table", "tables" }, 'f', THING },
    { "flower", "flowers", { "fleur", "fleurs" }, 'f', THING },
    { "tree", "trees", { "arbre", "arbres" }, 'm', THING },
    { "hat", "hats", { "chapeau", "chapeaux" }, 'm', THING },
    { "key", "keys", { "clé", "clés" }, 'f', THING },
    { "knife", "knives", { "couteau", "couteaux" }, 'm', THING },
    { "boat", "boats", { "bateau", "bateaux" }, 'm', THING },
    { "dress", "dresses", { "robe", "robes" }, 'f', THING },
    { "clock", "clocks", { "horloge", "horloges" }, 'f', THING },
    { "umbrella", "umbrellas", { "parapluie", "parapluies" }, 'm', THING },
    { "garden", "gardens", { "jardin", "jardins" }, 'm', PLACE },
    { "house", "houses", { "maison", "maisons" }, 'f', PLACE },
    { "school", "schools", { "école", "écoles" }, 'f', PLACE },
    { "forest", "forests", { "forêt", "forêts" }, 'f', PLACE },
    { "park", "parks", { "parc", "parcs" }, 'm', PLACE },
    { "hotel", "hotels", { "hôtel", "hôtels" }, 'm', PLACE },
    { "city", "cities", { "ville", "villes" }, 'f', PLACE },
};

enum { SIZED = ANIMATE | OBJECT | FOOD, COLOURED = ANIMAL | TEXT | THING, EDIBLE = FOOD | DRINK | MASS };

/* clang-format off */
const Adjective svo_adjectives[] = {
    { "big", true, { { "grand", "grands" }, { "grande", "grandes" } }, NULL, SIZED },
    { "small", true, { { "petit", "petits" }, { "petite", "petites" } }, NULL, SIZED },
    { "beautiful", true, { { "beau", "beaux" }, { "belle", "belles" } }, "bel", ANIMATE | OBJECT },
    { "old", true, { { "vieux", "vieux" }, { "vieille", "vieilles" } }, "vieil", ANIMATE | OBJECT },
    { "new", true, { { "nouveau", "nouveaux" }, { "nouvelle", "nouvelles" } }, "nouvel", OBJECT },
    { "good", true, { { "bon", "bons" }, { "bonne", "bonnes" } }, NULL, SIZED | EDIBLE },
    { "young", true, { { "jeune", "jeunes" }, { "jeune", "jeunes" } }, NULL, ANIMATE },
    { "red", false, { { "rouge", "rouges" }, { "rouge", "rouges" } }, NULL, COLOURED | FOOD },
    { "green", false, { { "vert", "verts" }, { "verte", "vertes" } }, NULL, COLOURED | FOOD },
    { "blue", false, { { "bleu", "bleus" }, { "bleue", "bleues" } }, NULL, COLOURED },
    { "black", false, { { "noir", "noirs" }, { "noire", "noires" } }, NULL, COLOURED },
    { "white", false, { { "blanc", "blancs" }, { "blanche", "blanches" } }, NULL, COLOURED },
    { "happy", false, { { "heureux", "heureux" }, { "heureuse", "heureuses" } }, NULL, ANIMATE },
    { "intelligent", false,
      { { "intelligent", "intelligents" }, { "intelligente", "intelligentes" } }, NULL, ANIMATE },
    { "strange", false, { { "étrange", "étranges" }, { "étrange", "étranges" } }, NULL, ANIMATE | OBJECT },
    { "expensive", false, { { "cher", "chers" }, { "chère", "chères" } }, NULL, TEXT | THING | FOOD },
    { "fresh", false, { { "frais", "frais" }, { "fraîche", "fraîches" } }, NULL, EDIBLE },
    { "cold", false, { { "froid", "froids" }, { "froide", "froides" } }, NULL, EDIBLE },
};
/* clang-format on */

const Determiner svo_determiners[] = {
    { "the", "le", "la", "les", 34 },        { "a", "un", "une", NULL, 16 },
    { NULL, NULL, NULL, NULL, 30 },          { "my", "mon", "ma", "mes", 5 },
    { "your", "ton", "ta", "tes", 5 },       { "his", "son", "sa", "ses", 5 },
    { "her", "son", "sa", "ses", 5 },        { "our", "notre", "notre", "nos", 5 },
    { "their", "leur", "leur", "leurs", 5 }, { "this", "ce", "cette", NULL, 6 },
    { "these", NULL, NULL, "ces", 4 },       { "two", NULL, NULL, "deux", 4 },
    { "three", NULL, NULL, "trois", 4 },
};

const Determiner *const svo_a = &svo_determiners[1];
const Determiner *const svo_bare = &svo_determiners[2];

const Pronoun svo_pronouns[] = {
    { "I", "me", NULL, "je", "me", 0 },        { "you", "you", NULL, "tu", "te", 1 },
    { "he", "him", NULL, "il", "le", 2 },      { "she", "her", NULL, "elle", "la", 2 },
    { "we", "us", NULL, "nous", "nous", 3 },   { "you", "you", "all", "vous", "vous", 4 },
    { "they", "them", NULL, "ils", "les", 5 },
};

enum { ANY = ANIMATE | OBJECT | FOOD | DRINK, GOODS = FOOD | DRINK | TEXT | THING };

/* clang-format off */
const Verb svo_verbs[] = {
    { "love", "loves", NULL,
      { "aime", "aimes", "aime", "aimons", "aimez", "aiment" }, "aimer", ANY, GENERIC },
    { "like", "likes", NULL,
      { "aime", "aimes", "aime", "aimons", "aimez", "aiment" }, "aimer", ANY, GENERIC },
    { "hate", "hates", NULL,
      { "déteste", "détestes", "déteste", "détestons", "détestez", "détestent" }, "détester", ANY, GENERIC },
    { "prefer", "prefers", NULL,
      { "préfère", "préfères", "préfère", "préférons", "préférez", "préfèrent" }, "préférer", ANY, GENERIC },
    { "see", "sees", NULL, { "vois", "vois", "voit", "voyons", "voyez", "voient" }, "voir", ANY, 0 },
    { "watch", "watches", NULL,
      { "regarde", "regardes", "regarde", "regardons", "regardez", "regardent" },
      "regarder", ANIMATE | OBJECT, 0 },
    { "hear", "hears", NULL,
      { "entends", "entends", "entend", "entendons", "entendez", "entendent" }, "entendre", ANIMATE, 0 },
    { "know", "knows", NULL,
      { "connais", "connais", "connaît", "connaissons", "connaissez", "connaissent" },
      "connaître", PERSON | PLACE | TEXT, 0 },
    { "help", "helps", NULL, { "aide", "aides", "aide", "aidons", "aidez", "aident" }, "aider", ANIMATE, 0 },
    { "call", "calls", NULL,
      { "appelle", "appelles", "appelle", "appelons", "appelez", "appellent" }, "appeler", ANIMATE, 0 },
    { "follow", "follows", NULL,
      { "suis", "suis", "suit", "suivons", "suivez", "suivent" }, "suivre", ANIMATE, 0 },
    { "wait", "waits", "for",
      { "attends", "attends", "attend", "attendons", "attendez", "attendent" }, "attendre", PERSON, 0 },
    { "look", "looks", "for",
      { "cherche", "cherches", "cherche", "cherchons", "cherchez", "cherchent" }, "chercher", ANY, 0 },
    { "find", "finds", NULL,
      { "trouve", "trouves", "trouve", "trouvons", "trouvez", "trouvent" }, "trouver", ANY, 0 },
    { "want", "wants", NULL,
      { "veux", "veux", "veut", "voulons", "voulez", "veulent" }, "vouloir", GOODS | ANIMAL, 0 },
    { "have", "has", NULL, { "ai", "as", "a", "avons", "avez", "ont" }, "avoir", GOODS | ANIMAL, 0 },
    { "take", "takes", NULL,
      { "prends", "prends", "prend", "prenons", "prenez", "prennent" }, "prendre", GOODS, 0 },
    { "buy", "buys", NULL,
      { "achète", "achètes", "achète", "achetons", "achetez", "achètent" },
      "acheter", GOODS | ANIMAL | PLACE, 0 },
    { "sell", "sells", NULL,
      { "vends", "vends", "vend", "vendons", "vendez", "vendent" }, "vendre", GOODS | ANIMAL | PLACE, 0 },
    { "lose", "loses", NULL,
      { "perds", "perds", "perd", "perdons", "perdez", "perdent" }, "perdre", TEXT | THING | ANIMAL, 0 },
    { "hide", "hides", NULL,
      { "cache", "caches", "cache", "cachons", "cachez", "cachent" }, "cacher", GOODS | ANIMATE, 0 },
    { "choose", "chooses", NULL,
      { "choisis", "choisis", "choisit", "choisissons", "choisissez", "choisissent" },
      "choisir", GOODS | ANIMAL | PLACE, 0 },
    { "bring", "brings", NULL,
      { "apporte", "apportes", "apporte", "apportons", "apportez", "apportent" }, "apporter", GOODS, 0 },
    { "draw", "draws", NULL,
      { "dessine", "dessines", "dessine", "dessinons", "dessinez", "dessinent" },
      "dessiner", ANIMATE | THING | PLACE, 0 },
    { "paint", "paints", NULL,
      { "peins", "peins", "peint", "peignons", "peignez", "peignent" },
      "peindre", ANIMATE | THING | PLACE, 0 },
    { "wash", "washes", NULL,
      { "lave", "laves", "lave", "lavons", "lavez", "lavent" }, "laver", THING | ANIMAL, 0 },
    { "eat", "eats", NULL,
      { "mange", "manges", "mange", "mangeons", "mangez", "mangent" }, "manger", FOOD, 0 },
    { "drink", "drinks", NULL, { "bois", "bois", "boit", "buvons", "buvez", "boivent" }, "boire", DRINK, 0 },
    { "read", "reads", NULL, { "lis", "lis", "lit", "lisons", "lisez", "lisent" }, "lire", TEXT, 0 },
    { "write", "writes", NULL,
      { "écris", "écris", "écrit", "écrivons", "écrivez", "écrivent" }, "écrire", TEXT, 0 },
    { "sleep", "sleeps", NULL, { "dors", "dors", "dort", "dormons", "dormez", "dorment" }, "dormir", 0, 0 },
    { "work", "works", NULL,
      { "travaille", "travailles", "travaille", "travaillons", "travaillez", "travaillent" },
      "travailler", 0, 0 },
    { "sing", "sings", NULL,
      { "chante", "chantes", "chante", "chantons", "chantez", "chantent" }, "chanter", 0, 0 },
    { "dance", "dances", NULL,
      { "danse", "danses", "danse", "dansons", "dansez", "dansent" }, "danser", 0, 0 },
    { "run", "runs", NULL, { "cours", "cours", "court", "courons", "courez", "courent" }, "courir", 0, 0 },
    { "laugh", "laughs", NULL, { "ris", "ris", "rit", "rions", "riez", "rient" }, "rire", 0, 0 },
    { "arrive", "arrives", NULL,
      { "arrive", "arrives", "arrive", "arrivons", "arrivez", "arrivent" }, "arriver", 0, 0 },
    { "live", "lives", NULL,
      { "habite", "habites", "habite", "habitons", "habitez", "habitent" }, "habiter", 0, NEEDS_PLACE },
};
/* clang-format on */

const Modal svo_modals[] = {
    { "want", "wants", NULL, true, { "veux", "veux", "veut", "voulons", "voulez", "veulent" } },
    { "can", "can", "cannot", false, { "peux", "peux", "peut", "pouvons", "pouvez", "peuvent" } },
    { "must", "must", NULL, false, { "dois", "dois", "doit", "devons", "devez", "doivent" } },
};

const Joint svo_prepositions[] = {
    { "in", "dans", NULL, PLACE }, /* first: the one that goes with "live" */
    { "behind", "derrière", NULL, PLACE | THING },
    { "near", "près", "de", PLACE | THING },
    { "with", "avec", NULL, PERSON },
};
const Joint svo_conjunctions[] = {
    { "and", "et", NULL, 0 },     { "but", "mais", NULL, 0 }, { "because", "car", NULL, 0 },
    { "when", "quand", NULL, 0 }, { "so", "donc", NULL, 0 },  { "if", "si", NULL, 0 },
};
const Joint svo_frequencies[] = { { "often", "souvent", NULL, 0 }, { "always", "toujours", NULL, 0 } };
const Joint svo_times[] = {
    { "today", "aujourd'hui", NULL, 0 },
    { "now", "maintenant", NULL, 0 },
    { "here", "ici", NULL, 0 },
};
const char *const svo_names[] = { "Alice", "Paul", "Emma", "Louis", "Marie", "Thomas", "Anna", "Victor" };

const int svo_n_nouns = COUNT(svo_nouns), svo_n_adjectives = COUNT(svo_adjectives),
          svo_n_determiners = COUNT(svo_determiners), svo_n_pronouns = COUNT(svo_pronouns),
          svo_n_verbs = COUNT(svo_verbs), svo_n_modals = COUNT(svo_modals),
          svo_n_prepositions = COUNT(svo_prepositions), svo_n_conjunctions = COUNT(svo_conjunctions),
          svo_n_frequencies = COUNT(svo_frequencies), svo_n_times = COUNT(svo_times),
          svo_n_names = COUNT(svo_names);
