#include "rest/http/message.hpp"

#include <algorithm>

namespace neve::rest::http {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool same_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) { return lower(a) == lower(b); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (same_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

void Connection::on_close(std::function<void()> callback) const {
  {
    const std::lock_guard lock(state_->mutex);
    if (!closed()) {
      state_->callbacks.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

void Connection::close() const {
  std::vector<std::function<void()>> callbacks;
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed.store(true, std::memory_order_release);
    callbacks.swap(state_->callbacks);
  }
  for (const auto& callback : callbacks) callback();
}

void Connection::forget() const {
  std::vector<std::function<void()>> callbacks;
  const std::lock_guard lock(state_->mutex);
  callbacks.swap(state_->callbacks);
}

struct Responder::State {
  explicit State(Deliver d) : deliver(std::move(d)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { send({{}, InternalError("The request's handler ended without an answer.")}); }
  bool send(Answer answer) {
    if (sent.exchange(true)) return false;
    deliver(std::move(answer));
    return true;
  }
  std::atomic<bool> sent{false};
  Deliver deliver;
};

Responder::Responder(Deliver deliver) : state_(std::make_shared<State>(std::move(deliver))) {}

bool Responder::send(Response response) const {
  return state_->send({std::move(response), std::nullopt});
}

bool Responder::fail(const Error& error) const { return state_->send({{}, error}); }

bool Responder::fail(const std::exception_ptr& thrown) const {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return fail(error);
  } catch (const std::bad_alloc&) {
    return fail(OutOfMemoryError("The system has no memory left for this request."));
  } catch (const std::exception& error) {
    return fail(InternalError(error.what()));
  }
}

}  // namespace neve::rest::http
