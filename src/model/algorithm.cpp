#include <neve/model/algorithm.hpp>

namespace neve::model {

void add_error(Messages& messages, std::string field, std::string text) {
  messages.push_back({Message::Kind::error, std::move(field), std::move(text)});
}

void add_warning(Messages& messages, std::string field, std::string text) {
  messages.push_back({Message::Kind::warning, std::move(field), std::move(text)});
}

std::string implementation_name(const schema::Schema& parameters, const std::string& field) {
  const schema::Field* known = parameters.find(field);
  return known != nullptr ? known->implemented_as : "_" + field;
}

std::string error_details(const schema::Schema& parameters, const Messages& messages) {
  std::string text;
  for (const Message& message : messages) {
    if (message.kind != Message::Kind::error) continue;
    text += "ERRR on field: " + implementation_name(parameters, message.field) + ": " +
            message.text + "\n";
  }
  return text;
}

void check_bounds(const schema::Schema& schema, const void* parameters, Messages& messages) {
  for (schema::Problem& problem : schema::check_bounds(schema, parameters))
    add_error(messages, std::move(problem.field), std::move(problem.message));
}

void refuse(std::string field, std::string value, Messages& messages) {
  std::string text = "The value " + value + " of parameter " + field +
                     " is not supported yet; leave the parameter at its default.";
  add_error(messages, std::move(field), std::move(text));
}

}  // namespace neve::model
