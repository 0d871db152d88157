#include "simulator/network.hpp"

#include <algorithm>

namespace neve::simulator {

using namespace std::chrono_literals;

void Network::add_host() {
  for (auto& row : links_) row.emplace_back();
  links_.emplace_back(links_.size() + 1);
}

Network::Link& Network::link(HostIndex from, HostIndex to) {
  return links_.at(static_cast<std::size_t>(from.value())).at(static_cast<std::size_t>(to.value()));
}

void Network::cut(HostIndex from, HostIndex to) { ++link(from, to).cuts; }

void Network::mend(HostIndex from, HostIndex to) {
  Link& mended = link(from, to);
  mended.cuts = std::max(mended.cuts - 1, 0);
}

void Network::mend_all() {
  for (auto& row : links_)
    for (Link& link : row) link.cuts = 0;
}

bool Network::is_cut(HostIndex from, HostIndex to) const {
  return links_.at(static_cast<std::size_t>(from.value()))
             .at(static_cast<std::size_t>(to.value()))
             .cuts > 0;
}

Time Network::delay() {
  const auto spread =
      static_cast<std::uint64_t>((weather.most_delay - weather.least_delay).count());
  return weather.least_delay + Time(static_cast<Time::rep>(dice_.below(spread + 1)));
}

std::vector<Time> Network::arrivals(HostIndex from, HostIndex to, Channel channel, Time now) {
  if (is_cut(from, to)) return {};
  if (channel == Channel::stream) {
    Time arrival = now + delay();
    // As TCP sends again what was lost. Whoever waits for longer opens another connection.
    for (Time retry = 200ms; dice_.chance(weather.loss) && retry < 2s; retry *= 2) arrival += retry;
    Time& last = link(from, to).last_arrival;
    last = std::max(last + Time(1), arrival);
    return {last};
  }
  if (dice_.chance(weather.loss)) return {};
  std::vector<Time> arrivals;
  const int copies = dice_.chance(weather.duplication) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    Time arrival = now + delay();
    if (dice_.chance(weather.reordering))
      arrival += Time(static_cast<Time::rep>(
          dice_.below(static_cast<std::uint64_t>(weather.reorder_delay.count()) + 1)));
    arrivals.push_back(arrival);
  }
  return arrivals;
}

}  // namespace neve::simulator
