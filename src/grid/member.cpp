#include "grid/member.hpp"

#include <utility>

#include <neve/base/error.hpp>
#include <neve/store/store.hpp>

namespace neve::grid {

Member::Member(Order order, std::shared_ptr<job::Bell> bell)
    : order_(std::move(order)),
      part_({.text = std::string(order_.build.algorithm->title),
             .destination = order_.build.common().model_id.name,
             .work =
                 [this](job::Job& job) {
                   made_ = order_.models.make(order_.build, order_.terms, job);
                 },
             .saved = order_.saved,
             // Nobody else could go on with it.
             .keeps =
                 [&models = order_.models] {
                   return models.engine().store().catalog().view()->members.size() > 1;
                 }},
            std::move(bell)) {}

Member::End Member::end() {
  const job::Snapshot last = part_.end();
  if (last.status == job::Status::cancelled) throw Cancelled();
  return {std::move(made_), last.exception, last.exception_type};
}

}  // namespace neve::grid
