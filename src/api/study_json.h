/* study_json.h -- a study as JSON, for programs and for its page. */
#ifndef API_STUDY_JSON_H
#define API_STUDY_JSON_H

#include "api/json.h"
#include "api/study.h"

json_t *study_json(const LbStudy *s);

#endif
