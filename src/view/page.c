#include "view/page.h"

#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "view/label.h"
#include "view/numbers.h"
#include "view/viewer.h"

/* ---- what fills the frame ---- */

static void write_hash(FILE *f, const ViewerPart *part)
{
    uint8_t hash[32];
    char text[44];
    for (int i = 0; i < 32; i++) {
        unsigned byte = 0;
        sscanf(part->sha256 + 2 * i, "%2x", &byte);
        hash[i] = (uint8_t)byte;
    }
    fprintf(f, "'sha256-%.*s'", (int)base64_put(hash, sizeof hash, text), text);
}

static void write_policy(FILE *f)
{
    fputs("default-src 'none'; script-src ", f);
    write_hash(f, &viewer_start);
    fputc(' ', f);
    write_hash(f, &viewer_script);
    fputs("; style-src ", f);
    write_hash(f, &viewer_style);
    fputs("; img-src data: blob:; base-uri 'none'; form-action 'none'", f);
}

static void write_packed(FILE *f, const ViewerPart *part)
{
    text_pack(part->text, part->len, f);
}

static void write_style(FILE *f)
{
    write_packed(f, &viewer_style);
}

static void write_script(FILE *f)
{
    write_packed(f, &viewer_script);
}

static void write_start(FILE *f)
{
    fwrite(viewer_start.text, 1, viewer_start.len, f);
}

static const struct {
    const char *name;
    void (*write)(FILE *f);
} fillings[] = {
    { "{{policy}}", write_policy },
    { "{{style}}", write_style },
    { "{{script}}", write_script },
    { "{{start}}", write_start },
};

static void fill(const char *at, FILE *f)
{
    for (size_t i = 0; i < sizeof fillings / sizeof *fillings; i++)
        if (text_starts(at, fillings[i].name))
            fillings[i].write(f);
}

static void write_title(const char *title, FILE *f)
{
    Str clean = { 0 };
    label_xml(&clean, title);
    fputs(clean.text, f);
    str_free(&clean);
}

/* The frame up to the place where the data goes, or to its end. */
static void write_frame(Page *p, const char *title)
{
    for (const char *at; (at = strstr(p->rest, "{{")); p->rest = strstr(at, "}}") + 2) {
        fwrite(p->rest, 1, (size_t)(at - p->rest), p->file.f);
        if (text_starts(at, "{{title}}"))
            write_title(title, p->file.f);
        else
            fill(at, p->file.f);
        if (text_starts(at, "{{data}}")) {
            p->rest = at + strlen("{{data}}");
            return;
        }
    }
    fputs(p->rest, p->file.f);
}

/* ---- the file ---- */

LbStatus page_check_name(const char *path, LbError *err)
{
    const char *dot = strrchr(path, '.');
    if (!text_equal(dot, ".html") && !text_equal(dot, ".htm"))
        return fail(err, LB_USAGE, "%.200s: the name of a page must end in .html", path);
    return LB_OK;
}

LbStatus page_open(Page *p, const char *path, const char *title, LbError *err)
{
    *p = (Page){ .rest = viewer_page.text };
    LbStatus status = page_check_name(path, err);
    if (status == LB_OK)
        status = new_file_open(&p->file, path, err);
    if (status == LB_OK)
        write_frame(p, title);
    return status;
}

static void write_json(const char *id, const char *json, FILE *f)
{
    fprintf(f, "<script type=\"application/json\" id=\"%s\">", id);
    for (size_t n; *json; json += n) {
        n = strcspn(json, "<");
        fwrite(json, 1, n, f);
        if (json[n] == '<')
            fputs("\\u003c", f), n++;
    }
    fputs("</script>\n", f);
}

void page_numbers(Page *p, const char *id, const Numbers *numbers)
{
    fprintf(p->file.f, "<script type=\"text/plain\" id=\"%s\">", id);
    numbers_write(numbers, p->file.f);
    fputs("</script>\n", p->file.f);
}

void page_block(Page *p, const char *json, const Numbers *numbers)
{
    char id[32];
    snprintf(id, sizeof id, "s%zu", p->n_blocks);
    write_json(id, json, p->file.f);
    id[0] = 'n';
    if (array_len(numbers->bytes))
        page_numbers(p, id, numbers);
    p->n_blocks++;
}

LbStatus page_close(Page *p, const char *json, LbError *err)
{
    write_json("page", json, p->file.f);
    write_frame(p, "");
    return new_file_keep(&p->file, err);
}

void page_drop(Page *p)
{
    new_file_drop(&p->file);
}
