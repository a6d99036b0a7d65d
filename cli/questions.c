#include "cli/questions.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/status.h"

/* ---- one question ---- */

void question_free(Question *q)
{
    free(q->wrong);
    str_free(&q->text);
    array_free(q->sentences);
    array_free(q->number);
    array_free(q->before);
    free(q->question);
    free(q->answer);
    array_free(q->supporting);
    json_decref(q->id);
}

static void wrong(Question *q, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The first reason counts. */
static void wrong(Question *q, const char *format, ...)
{
    if (q->wrong)
        return;
    Str text = { 0 };
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    q->wrong = str_take(&text);
}

static LbText trimmed(LbText x)
{
    static const char blanks[] = " \t\r\n\v\f";
    while (x.len > 0 && memchr(blanks, x.text[0], sizeof blanks - 1))
        x.text++, x.len--;
    while (x.len > 0 && memchr(blanks, x.text[x.len - 1], sizeof blanks - 1))
        x.len--;
    return x;
}

static void add_separator(Str *text, const char *separator)
{
    str_addf(text, "%s%s ", *separator ? " " : "", separator);
}

/* A sentence of the story: its place, the separator behind it. */
static LbSpan add_sentence(Str *text, LbText sentence, const char *separator)
{
    size_t at = text->len;
    str_add_bytes(text, sentence.text, sentence.len);
    add_separator(text, separator);
    return (LbSpan){ at, at + sentence.len };
}

static void take_sentence(Question *q, LbText sentence, size_t number, size_t before, const char *separator)
{
    LbText inner = trimmed(sentence);
    if (inner.len == 0)
        return;
    array_push(q->sentences, add_sentence(&q->text, inner, separator));
    array_push(q->number, number);
    array_push(q->before, before + (size_t)(inner.text - sentence.text));
}

static void take_text(Question *q, LbText context, const char *separator)
{
    size_t n;
    LbSpan *spans = lb_sentences(context, &n);
    for (size_t i = 0; i < n; i++)
        take_sentence(q, (LbText){ context.text + spans[i].start, spans[i].end - spans[i].start }, i,
                      spans[i].start, separator);
    free(spans);
}

static void take_question(Question *q, LbText question)
{
    question = trimmed(question);
    if (question.len == 0)
        wrong(q, "there is no question");
    else if (array_len(q->sentences) == 0)
        wrong(q, "there is no text that the question could be about");
    str_add_bytes(&q->text, question.text ? question.text : "", question.len);
    q->question = memory_bytes(question.text ? question.text : "", question.len);
}

Question question_of(const char *separator, LbText context, LbText question)
{
    Question q = { 0 };
    take_text(&q, context, separator);
    take_question(&q, question);
    return q;
}

/* ---- bAbI's form ---- */

void question_reader_free(QuestionReader *r)
{
    str_free(&r->story);
    array_free(r->sentences);
    array_free(r->number);
    free(r->too_long);
}

void question_reader_forget(QuestionReader *r)
{
    str_cut(&r->story, 0);
    array_cut(r->sentences, 0);
    array_cut(r->number, 0);
    free(r->too_long);
    r->too_long = NULL;
    r->last = 0;
}

/* The number that text begins with, and a blank behind it: how many bytes; 0: none. */
static size_t number_at(LbText text, size_t *number)
{
    size_t n = 0;
    *number = 0;
    for (; n < text.len && n < 15 && text.text[n] >= '0' && text.text[n] <= '9'; n++)
        *number = *number * 10 + (size_t)(text.text[n] - '0');
    bool ends = n == text.len || text.text[n] == ' ' || text.text[n] == '\t';
    return n > 0 && ends ? n : 0;
}

/* What stands before the next tab; *rest: what is behind it, NULL when there is none. */
static LbText field(LbText text, LbText *rest)
{
    const char *tab = text.len > 0 ? memchr(text.text, '\t', text.len) : NULL;
    size_t n = tab ? (size_t)(tab - text.text) : text.len;
    *rest = tab ? (LbText){ tab + 1, text.len - n - 1 } : (LbText){ 0 };
    return (LbText){ text.text, n };
}

static bool has_number(const Question *q, size_t number)
{
    for (size_t i = 0; i < array_len(q->number); i++)
        if (q->number[i] == number)
            return true;
    return false;
}

static void take_supporting(Question *q, LbText list)
{
    q->is_told = true;
    for (list = trimmed(list); list.len > 0 && !q->wrong; list = trimmed(list)) {
        size_t number, n = number_at(list, &number);
        if (n == 0)
            wrong(q, "what stands behind the second tab are no numbers of lines");
        else if (!has_number(q, number))
            wrong(q, "the answer is said to be in line %zu of the story, which has no such line", number);
        else
            array_push(q->supporting, number);
        list = (LbText){ list.text + n, list.len - n };
    }
}

static void ask_story(const QuestionReader *r, LbText text, Question *q)
{
    LbText answer, ids, question = field(text, &answer);
    q->of_story = true;
    if (r->too_long) {
        wrong(q, "%s", r->too_long);
        return;
    }
    str_add_bytes(&q->text, r->story.text ? r->story.text : "", r->story.len);
    for (size_t i = 0; i < array_len(r->sentences); i++) {
        array_push(q->sentences, r->sentences[i]);
        array_push(q->number, r->number[i]);
        array_push(q->before, (size_t)0);
    }
    if (array_len(r->sentences) == 0)
        wrong(q, "a question before any line of a story");
    take_question(q, question);
    if (!answer.text)
        return;
    answer = trimmed(field(answer, &ids));
    if (answer.len > 0)
        q->answer = memory_bytes(answer.text, answer.len);
    if (ids.text)
        take_supporting(q, ids);
}

static bool read_story(QuestionReader *r, LbText raw, Question *out)
{
    size_t number, n = number_at(raw, &number);
    LbText text = trimmed((LbText){ raw.text + n, raw.len - n });
    if (number <= r->last)
        question_reader_forget(r);
    r->last = number;
    bool asks = text.len > 0 && (memchr(text.text, '\t', text.len) || text.text[text.len - 1] == '?');
    if (asks) {
        ask_story(r, text, out);
    } else if (text.len == 0) {
        wrong(out, "nothing stands behind the number");
    } else {
        array_push(r->sentences, add_sentence(&r->story, text, r->separator));
        array_push(r->number, number);
    }
    return asks || text.len == 0;
}

/* ---- JSON ---- */

static LbText text_of(const json_t *string)
{
    return (LbText){ json_string_value(string), json_string_length(string) };
}

static void take_context(Question *q, const json_t *context, const char *separator)
{
    if (json_is_string(context)) {
        take_text(q, text_of(context), separator);
        return;
    }
    if (!json_is_array(context))
        wrong(q,
              context ? "\"context\" is neither a text nor a list of sentences" : "there is no \"context\"");
    for (size_t i = 0; i < json_array_size(context) && !q->wrong; i++) {
        const json_t *sentence = json_array_get(context, i);
        if (json_is_string(sentence))
            take_sentence(q, text_of(sentence), i, 0, separator);
        else
            wrong(q, "sentence %zu of \"context\" is no text", i);
    }
}

static void take_numbers(Question *q, const json_t *list)
{
    q->is_told = true;
    if (!json_is_array(list))
        wrong(q, "\"supporting\" is no list of numbers of sentences");
    for (size_t i = 0; i < json_array_size(list) && !q->wrong; i++) {
        const json_t *number = json_array_get(list, i);
        if (!json_is_integer(number) || json_integer_value(number) < 0 ||
            !has_number(q, (size_t)json_integer_value(number)))
            wrong(q, "\"supporting\" has a number that no sentence of \"context\" has; they count from 0");
        else
            array_push(q->supporting, (size_t)json_integer_value(number));
    }
}

static void take_object(Question *q, const json_t *o, const char *separator)
{
    const json_t *question = json_object_get(o, "question"), *answer = json_object_get(o, "answer"),
                 *supporting = json_object_get(o, "supporting");
    q->id = json_incref(json_object_get(o, "id"));
    take_context(q, json_object_get(o, "context"), separator);
    if (question && !json_is_string(question))
        wrong(q, "\"question\" is no text");
    if (!q->wrong)
        take_question(q, text_of(question));
    if (answer && !json_is_string(answer))
        wrong(q, "\"answer\" is no text");
    else if (answer)
        q->answer = memory_bytes(json_string_value(answer), json_string_length(answer));
    if (supporting && !q->wrong)
        take_numbers(q, supporting);
}

static void read_json(const QuestionReader *r, LbText raw, Question *out)
{
    json_error_t why;
    json_t *o = json_loadb(raw.text, raw.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &why);
    if (!o)
        wrong(out, "not JSON: %s (column %d)", why.text, why.column);
    else
        take_object(out, o, r->separator);
    json_decref(o);
}

/* ---- either ---- */

bool question_read(QuestionReader *r, LbText raw, uint64_t line, Question *out)
{
    size_t number;
    LbText text = trimmed(raw);
    *out = (Question){ .line = line };
    if (text.len == 0 && r->last > 0)
        return false;
    if (number_at(text, &number) > 0)
        return read_story(r, text, out);
    if (text.len > 0 && text.text[0] == '{')
        read_json(r, text, out);
    else
        wrong(out, text.len == 0
                       ? "the line is empty"
                       : "neither a JSON object nor a line of a story, which begins with its number");
    return true;
}
