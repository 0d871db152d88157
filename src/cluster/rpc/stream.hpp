#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "cluster/api/security.hpp"
#include "cluster/rpc/frame.hpp"

/// The border to the shared object with gRPC: pure interfaces that both sides compile. Nothing is
/// thrown across it, and gRPC's flow control shows as a write that blocks.
namespace neve::cluster::rpc {

/// Frames both ways. One thread may read while another writes.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Blocks while the far side does not take it; false where the stream is over.
  virtual bool write(const Frame& frame) = 0;
  /// Blocks for the next frame; false where the stream is over.
  virtual bool read(Frame& frame) = 0;
  /// Ends the stream for both sides; reads and writes return. Any thread.
  virtual void cancel() = 0;
};

/// A stream that this side opened.
class ClientStream : public Stream {
 public:
  /// Waits for the end, which must be near: after a read or write that failed. Says why it came;
  /// empty where all went well.
  virtual std::string end() = 0;
};

/// A stream that another node opened; lives while its Service function runs.
class ServerStream : public Stream {
 public:
  /// Whether the other side has given up or is gone. Any thread.
  [[nodiscard]] virtual bool cancelled() const = 0;
  /// PEM text that the other side proved to hold the key of; nobody has checked who signed it.
  /// Empty where it showed none.
  [[nodiscard]] virtual std::string certificate() const = 0;
};

/// One connection to another node, made at its first stream and again after a loss, with back-off.
class Connection {
 public:
  virtual ~Connection() = default;
  enum class Method { call, post };
  /// The stream waits for the connection; it must not outlive this object.
  virtual std::unique_ptr<ClientStream> open(Method method) = 0;
};

/// What a node does with streams that others open. Called on threads of the listener, one for each
/// stream; the stream ends well when the function returns.
class Service {
 public:
  virtual ~Service() = default;
  virtual void call(ServerStream& stream) noexcept = 0;
  virtual void post(ServerStream& stream) noexcept = 0;
};

/// A port at which others reach this node; its end waits for all streams, which it cancels.
class Listener {
 public:
  virtual ~Listener() = default;
  [[nodiscard]] virtual int port() const = 0;
};

/// Where and how a connection or listener works.
struct Endpoint {
  std::string address;        ///< host:port
  Credentials credentials;    ///< empty: plain text
  std::string peer_name;      ///< of a connection: the name that the far certificate must have
  std::int64_t silence_ms{};  ///< a connection that does not answer a ping for so long is closed
};

/// What the shared object offers.
class Library {
 public:
  virtual ~Library() = default;
  virtual std::unique_ptr<Connection> connect(const Endpoint& endpoint) = 0;
  /// Null where the port cannot be had or the credentials are no good.
  virtual std::unique_ptr<Listener> listen(const Endpoint& endpoint, Service& service) = 0;
};

/// Takes what gRPC has to say, a line at a time. Any thread.
using LogSink = void (*)(const char* line);
/// The one function of the shared object that is looked up, by the name neve_rpc_library.
using LibraryEntry = Library* (*)(LogSink sink);

/// Opens the shared object at first use. Throws ClusterError, which says what is missing.
Library& library();

/// Writes a message frame by frame; `wrote(bytes)` is called after each. False where the stream
/// ended before.
template <class Wrote>
bool write_message(Stream& stream, Head head, std::span<const std::byte> body, const Wrote& wrote) {
  head.bytes = body.size();
  Frame frame;
  frame.head = std::move(head);
  do {
    frame.body = body.first(std::min(body.size(), kFrameBytes));
    body = body.subspan(frame.body.size());
    if (!stream.write(frame)) return false;
    wrote(frame.body.size());
    frame.head.reset();
  } while (!body.empty());
  return true;
}

}  // namespace neve::cluster::rpc
