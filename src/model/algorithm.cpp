#include <neve/model/algorithm.hpp>

namespace neve::model {

void check_bounds(const schema::Schema& schema, const void* parameters, Messages& messages) {
  for (schema::Problem& problem : schema::check_bounds(schema, parameters)) {
    messages.push_back(
        {Message::Kind::error, std::move(problem.field), std::move(problem.message)});
  }
}

void refuse(std::string field, std::string value, Messages& messages) {
  std::string text = "The value " + value + " of parameter " + field +
                     " is not supported yet; leave the parameter at its default.";
  messages.push_back({Message::Kind::error, std::move(field), std::move(text)});
}

}  // namespace neve::model
