#include <neve/base/thread_name.hpp>

#include <pthread.h>

#include <string>

namespace neve {

void name_this_thread(std::string_view name) {
  constexpr std::size_t kMost = 15;
  ::pthread_setname_np(::pthread_self(), std::string(name.substr(0, kMost)).c_str());
}

}  // namespace neve
