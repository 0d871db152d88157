#include "algos/glrm/validate.hpp"

#include <string>

#include "algos/glrm/losses_by_column.hpp"

namespace neve::algos::glrm {

void validate(const Parameters& p, model::Messages& messages) {
  if (is_for_levels(p.loss))
    model::add_error(messages, "loss",
                     "loss is that of numeric columns; " + std::string(schema::enum_text(p.loss)) +
                         " is for categorical ones: set multi_loss.");
  if (!is_for_levels(p.multi_loss))
    model::add_error(messages, "multi_loss",
                     "multi_loss is that of categorical columns: Categorical or Ordinal, not " +
                         std::string(schema::enum_text(p.multi_loss)) + ".");
  if (p.init == Initialization::user && p.user_y.empty() && p.user_x.empty())
    model::add_error(messages, "init",
                     "init User begins with user_y, or user_x; give one of them.");
  if (p.init != Initialization::user && (!p.user_y.empty() || !p.user_x.empty()))
    model::add_error(messages, "init",
                     "user_y and user_x are what init User begins with; init is " +
                         std::string(schema::enum_text(p.init)) + ".");
  if (p.min_step_size > p.init_step_size)
    model::add_error(messages, "min_step_size",
                     "min_step_size (" + std::to_string(p.min_step_size) +
                         ") must not be above init_step_size (" + std::to_string(p.init_step_size) +
                         ").");
  if (!p.representation_name.empty() && !p.loading_name.empty() &&
      p.representation_name != p.loading_name)
    model::add_error(messages, "loading_name",
                     "loading_name is the former name of representation_name; give one of them.");
}

void validate_columns(const Parameters& p, const frame::Frame& training,
                      model::Messages& messages) {
  if (is_for_levels(p.loss) || !is_for_levels(p.multi_loss)) return;  // said before
  std::size_t cells = 0;
  for (const FittedColumn& column : fitted_columns(p, training, messages)) {
    const bool levels = column.domain && is_for_levels(column.loss);
    cells += levels ? column.domain->size() : 1;
  }
  if (static_cast<std::size_t>(p.k) > cells)
    model::add_error(messages, "k",
                     "k must be between 1 and " + std::to_string(cells) +
                         ", the number of columns, each level of a category counting as one; it "
                         "is " +
                         std::to_string(p.k) + ".");
}

}  // namespace neve::algos::glrm
