#include "rest/endpoints/builder_request_internal.hpp"

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>

#include "rest/services.hpp"

namespace neve::rest {

const model::Algorithm& require_algorithm(const Call& call) {
  const std::string name = call.parameter("algo");
  if (const model::Algorithm* found = call.services.algorithms->find(name)) return *found;
  throw InputError::not_found(call.request.method + " " + call.request.path + " not found",
                              {{"algo", name}});
}

std::string client_word(const Call& call) {
  const std::string_view agent = call.request.headers.find("User-Agent").value_or("");
  if (agent.starts_with("H2O Python")) return "python";
  return agent.starts_with("R version") ? "R" : "rest";
}

schema::Form builder_form(const Call& call) {
  schema::Form form;
  for (const auto& [name, value] : call.parameters) {
    if (name != "algo" && name != "_exclude_fields") form.emplace_back(name, value);
  }
  return form;
}

}  // namespace neve::rest
