#pragma once

#include <memory>
#include <mutex>
#include <optional>

namespace neve::algos::trees {

/// What is made when it is first asked for. Thread-safe; copies share it.
template <class Made>
class Late {
 public:
  /// `make` is called once, by whoever comes first.
  template <class Make>
  const Made& get(const Make& make) const {
    std::call_once(state_->once, [&] { state_->made.emplace(make()); });
    return *state_->made;
  }

 private:
  struct State {
    std::once_flag once;
    std::optional<const Made> made;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace neve::algos::trees
