#include <neve/base/error.hpp>
#include <neve/model/models.hpp>

#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

/// (tmp= id value): a name that ends with the session.
Value temporary(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const std::string key = evaluation.full_name(arguments.word(0));
  // A bare number is kept as a frame of one cell.
  const auto* number = arguments.get<double>(1);
  const LazyFrame frame =
      number != nullptr ? evaluation.row_frame({"C1"}, {*number}) : arguments.frame(1);
  if (frame.key == key) return frame;
  if (evaluation.engine().store().catalog().find(key)) {
    arguments.fail(0, "the name " + key + " is taken already.");
  }
  return evaluation.publish(frame, key, evaluation.session());
}

/// (assign id value): a global name.
Value assign(Arguments& arguments) {
  const std::string key = arguments.evaluation().full_name(arguments.word(0));
  return arguments.evaluation().publish(arguments.frame(1), key, {});
}

Value remove(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const std::string key = evaluation.full_name(arguments.word(0));
  store::Store& store = evaluation.engine().store();
  if (!store.catalog().find(key)) return 0.0;
  // Of models and grids also what belongs to them, as H2O-3 does.
  model::Models* models = evaluation.parts().models;
  if (models == nullptr || !models->remove(key)) store.commit({.remove = {key}});
  return 1.0;
}

Value rename(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const std::string from = evaluation.full_name(arguments.word(0));
  const std::string to = evaluation.full_name(arguments.word(1));
  store::Store& store = evaluation.engine().store();
  auto entry = store.catalog().find(from);
  if (!entry) arguments.fail(0, "there is no object of the name " + from + ".");
  if (from == to) return 1.0;
  entry->name = to;
  store.commit({.put = {*std::move(entry)}, .remove = {from}});
  return 1.0;
}

}  // namespace

const PrimGroup& temporaries() {
  static const PrimGroup kGroup{{
      {{"tmp="}, "id frame", "Keeps a frame under a name until the session ends.", temporary},
      {{"assign"}, "id frame", "Keeps a frame under a global name.", assign},
      {{"rm"},
       "id",
       "Removes an object and what belongs to it; 0 where nothing has the name.",
       remove},
      {{"rename"}, "old new", "Gives an object another name.", rename},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims
