#include "rest/services.hpp"

#include <neve/store/store.hpp>

namespace neve::rest {

std::vector<cluster::Member> Services::members() const {
  std::vector<cluster::Member> all = store->catalog().view()->members;
  std::erase_if(all, [](const cluster::Member& member) { return member.address.empty(); });
  return all;
}

}  // namespace neve::rest
