#include "rest/actions.hpp"

#include <neve/model/models.hpp>

#include "rest/model_json.hpp"
#include "rest/services.hpp"

namespace neve::rest {
namespace {

void answer(const model::Action& action, const Call& call, const http::Responder& responder) {
  const std::shared_ptr<void> input = action.input->make();
  read_input(call, *action.input, input.get());
  model::Models& models = *call.services.models;
  const model::ActionAnswer made = action.run(models, input.get());
  schema::JsonWriter out(call.parameter("_exclude_fields"));
  if (made.model != nullptr) {
    write_model(models, *made.model, out);
  } else {
    schema::write_object(*made.object.schema, made.object.object.get(), out);
  }
  send_json(responder, out.take());
}

Route route_of(const model::Action& action) {
  return {.method = std::string(action.method),
          .path = std::string(action.path),
          .name = std::string(action.name),
          .summary = std::string(action.summary),
          .input = action.input,
          .output = action.output,
          .handle = [action](const std::shared_ptr<Call>& call, const http::Responder& responder) {
            answer(action, *call, responder);
          }};
}

}  // namespace

Resource actions_of(const std::vector<const model::Algorithm*>& algorithms) {
  Resource made;
  for (const model::Algorithm* algorithm : algorithms) {
    for (const model::Action& action : algorithm->actions) {
      made.routes.push_back(route_of(action));
    }
  }
  return made;
}

}  // namespace neve::rest
