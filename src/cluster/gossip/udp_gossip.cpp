#include "cluster/gossip/udp_gossip.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>
#include <neve/base/thread_name.hpp>

namespace neve::cluster::gossip {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

namespace {

Time now() { return std::chrono::steady_clock::now().time_since_epoch(); }

Endpoint from_asio(const udp::endpoint& from) {
  if (from.address().is_v4()) return Endpoint::v4(from.address().to_v4().to_bytes(), from.port());
  return {from.address().to_v6().to_bytes(), from.port()};
}

/// On a socket of version 6, addresses of version 4 stay in their mapped form.
udp::endpoint to_asio(const Endpoint& to, bool socket_is_v4) {
  if (!socket_is_v4) return {asio::ip::address_v6(to.address), to.port};
  asio::ip::address_v4::bytes_type bytes{};
  std::copy_n(to.address.begin() + 12, bytes.size(), bytes.begin());
  return {asio::ip::address_v4(bytes), to.port};
}

}  // namespace

/// Lives on the thread that it starts; what others ask is run there.
class UdpGossip::Driver {
 public:
  Driver(const Options& options, Listener listener)
      : listener_(std::move(listener)),
        is_v4_(options.bind.is_v4()),
        socket_(open(options.bind)),
        timer_(context_),
        swim_(with_endpoint(options.member), now()),
        seal_(options.key, options.member.id) {
    receive();
    thread_ = std::thread([this] { run(); });
  }
  ~Driver() {
    context_.stop();
    thread_.join();
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// Runs `work` on gossip's thread and waits for what it returns.
  template <class Work>
  auto ask(Work work) -> decltype(work()) {
    if (context_.get_executor().running_in_this_thread()) return work();
    std::packaged_task<decltype(work())()> task(std::move(work));
    auto result = task.get_future();
    asio::post(context_, [&task] { task(); });
    return result.get();
  }
  /// Changes the state machine on gossip's thread, when its turn comes.
  template <class Change>
  void tell(Change change) {
    asio::post(context_, [this, change = std::move(change)] {
      change(swim_);
      settle();
    });
  }
  /// The future is ready when the goodbye is said.
  std::shared_future<void> leave() {
    tell([](Swim& swim) { swim.leave(now()); });
    return said_goodbye_;
  }

  [[nodiscard]] Swim& swim() { return swim_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  void settle();

 private:
  udp::socket open(const Endpoint& bind);
  Swim::Options with_endpoint(Swim::Options member) const;
  void run();
  void receive();
  void handle(std::size_t size);
  void send(const Outgoing& packet);
  void set_timer();

  Listener listener_;
  asio::io_context context_{1};
  bool is_v4_;
  udp::socket socket_;
  asio::steady_timer timer_;
  Swim swim_;
  Seal seal_;
  Counters counters_;
  // A byte more than any packet, so that a longer one shows.
  std::array<std::byte, kMostPacketBytes + 1> buffer_{};
  udp::endpoint sender_;
  std::promise<void> left_;
  std::shared_future<void> said_goodbye_ = left_.get_future().share();
  bool has_left_ = false;
  std::thread thread_;
};

udp::socket UdpGossip::Driver::open(const Endpoint& bind) {
  udp::socket socket(context_);
  const udp::endpoint at = to_asio(bind, is_v4_);
  error_code error;
  socket.open(at.protocol(), error);
  if (!error && !is_v4_) socket.set_option(asio::ip::v6_only(false), error);
  if (!error) socket.bind(at, error);
  if (error)
    throw InputError::illegal_argument(
        "Gossip cannot use UDP port " + std::to_string(bind.port) + " of " +
            at.address().to_string() + ": " + error.message() +
            ". Choose another --port (gossip is at the next one) or another --ip.",
        {{"port", std::to_string(bind.port)}});
  return socket;
}

Swim::Options UdpGossip::Driver::with_endpoint(Swim::Options member) const {
  if (member.self.endpoint.port == 0) {
    error_code error;
    member.self.endpoint = from_asio(socket_.local_endpoint(error));
    NEVE_CHECK(!error, "a bound socket has an address");
  }
  return member;
}

void UdpGossip::Driver::run() {
  name_this_thread("gossip");
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const Error& error) {
      // A listener's failure is its own; gossip goes on, or the others would take this node for
      // dead.
      log::error(std::string("gossip: ") + error.what());
    }
  }
}

void UdpGossip::Driver::receive() {
  const auto on_packet = [this](error_code error, std::size_t size) {
    if (error == asio::error::operation_aborted) return;
    // Other errors are those of packets sent before, which say nothing of this one.
    if (!error) handle(size);
    receive();
    settle();
  };
  socket_.async_receive_from(asio::buffer(buffer_), sender_, on_packet);
}

void UdpGossip::Driver::handle(std::size_t size) {
  counters_.bytes_received += size;
  ++counters_.packets_received;
  const auto opened = seal_.open(swim_.self().info.cluster, std::span(buffer_).first(size));
  if (const auto* cause = std::get_if<DropCause>(&opened)) {
    ++counters_.drops.at(static_cast<std::size_t>(*cause));
    return;
  }
  const auto& packet = std::get<Seal::Opened>(opened);
  const bool is_packet =
      swim_.receive({packet.sender, from_asio(sender_), packet.was_for_me, packet.body}, now());
  if (!is_packet) ++counters_.drops.at(static_cast<std::size_t>(DropCause::malformed));
}

void UdpGossip::Driver::settle() {
  for (const Outgoing& packet : swim_.take_packets()) send(packet);
  set_timer();
  if (swim_.has_left() && !std::exchange(has_left_, true)) left_.set_value();
  for (const Event& event : swim_.take_events()) listener_(event);
}

void UdpGossip::Driver::send(const Outgoing& packet) {
  const wire::Bytes sealed = seal_.close(swim_.self().info.cluster, packet.to, packet.body);
  error_code error;
  if (is_v4_ && !packet.at.is_v4()) {
    error = asio::error::address_family_not_supported;
  } else {
    // A full socket buffer loses the packet, as any router may.
    socket_.send_to(asio::buffer(sealed), to_asio(packet.at, is_v4_), 0, error);
  }
  counters_.send_errors += static_cast<std::uint64_t>(static_cast<bool>(error));
  counters_.bytes_sent += sealed.size();
  ++counters_.packets_sent;
}

void UdpGossip::Driver::set_timer() {
  const Time wake = swim_.next_wake();
  if (wake == Time::max()) return;
  timer_.expires_at(std::chrono::steady_clock::time_point(wake));
  timer_.async_wait([this](error_code error) {
    if (error) return;
    swim_.tick(now());
    settle();
  });
}

// --- what the other threads see
// ---------------------------------------------------------------------

UdpGossip::UdpGossip(const Options& options, Listener listener)
    : driver_(std::make_unique<Driver>(options, std::move(listener))) {}

UdpGossip::~UdpGossip() = default;

void UdpGossip::seek(std::vector<Endpoint> addresses) {
  driver_->tell([addresses = std::move(addresses)](Swim& swim) { swim.seek(addresses, now()); });
}

void UdpGossip::adopt_cluster(ClusterId cluster) {
  driver_->tell([cluster](Swim& swim) { swim.adopt_cluster(cluster, now()); });
}

void UdpGossip::evict(NodeId id) {
  driver_->tell([id](Swim& swim) { swim.evict(id, now()); });
}

void UdpGossip::describe(const MemberInfo& info) {
  driver_->tell([info](Swim& swim) { swim.describe(info, now()); });
}

void UdpGossip::leave() { driver_->leave().wait_for(std::chrono::seconds(1)); }

MemberTable::Members UdpGossip::members() const {
  return driver_->ask([this] { return driver_->swim().members(); });
}

Endpoint UdpGossip::endpoint() const {
  return driver_->ask([this] { return driver_->swim().self().info.endpoint; });
}

UdpGossip::Counters UdpGossip::counters() const {
  return driver_->ask([this] { return driver_->counters(); });
}

wire::Bytes UdpGossip::full_state() const {
  return driver_->ask([this] { return driver_->swim().full_state(); });
}

bool UdpGossip::merge_state(std::span<const std::byte> state) {
  return driver_->ask([this, state] {
    const bool merged = driver_->swim().merge_state(state, now());
    driver_->settle();
    return merged;
  });
}

std::vector<Endpoint> resolve(const JoinList& list) {
  asio::io_context context;
  udp::resolver resolver(context);
  std::vector<Endpoint> all;
  for (const JoinList::Entry& entry : list.entries) {
    error_code error;
    std::vector<Endpoint> found;
    for (const auto& result : resolver.resolve(entry.host, std::to_string(entry.port), error)) {
      Endpoint endpoint = from_asio(result.endpoint());
      ++endpoint.port;  // REST's is listed, gossip's is the next
      found.push_back(endpoint);
    }
    const auto is_v4 = [](const Endpoint& endpoint) { return endpoint.is_v4(); };
    if (std::ranges::any_of(found, is_v4)) std::erase_if(found, std::not_fn(is_v4));
    all.insert(all.end(), found.begin(), found.end());
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace neve::cluster::gossip
