#pragma once

#include <string>

#include <neve/model/algorithm.hpp>
#include <neve/schema/schema.hpp>

#include "rest/router.hpp"

namespace neve::rest {

/// The algorithm that the request's path names; throws InputError (404).
const model::Algorithm& require_algorithm(const Call& call);

/// The word for the client in automatic ids.
std::string client_word(const Call& call);

/// What the user gave as parameters.
schema::Form builder_form(const Call& call);

}  // namespace neve::rest
