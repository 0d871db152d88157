#include <cluster.grpc.pb.h>
#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>

#include "cluster/rpc/grpc/channels.hpp"
#include "cluster/rpc/grpc/envelope.hpp"

namespace neve::cluster::rpc {
namespace {

using Pipe = grpc::ServerReaderWriter<proto::Frame, proto::Frame>;

class GrpcServerStream final : public ServerStream {
 public:
  GrpcServerStream(grpc::ServerContext& context, Pipe& pipe) : context_(context), pipe_(pipe) {}
  bool write(const Frame& frame) override {
    to_envelope(frame, sent_);
    // Nothing follows a failure: it goes out with the stream's own end, as one packet that wakes
    // the other side once.
    return pipe_.Write(
        sent_, frame.failure ? grpc::WriteOptions().set_last_message() : grpc::WriteOptions());
  }
  bool read(Frame& frame) override {
    if (!pipe_.Read(&received_)) return false;
    frame = to_frame(received_);
    return true;
  }
  void cancel() override { context_.TryCancel(); }
  [[nodiscard]] bool cancelled() const override { return context_.IsCancelled(); }
  [[nodiscard]] std::string certificate() const override {
    const auto found =
        context_.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    return found.empty() ? std::string() : std::string(found[0].data(), found[0].size());
  }

 private:
  grpc::ServerContext& context_;
  Pipe& pipe_;
  proto::Frame sent_;
  proto::Frame received_;
};

class NodeService final : public proto::Node::Service {
 public:
  explicit NodeService(rpc::Service& service) : service_(service) {}
  grpc::Status Call(grpc::ServerContext* context,
                    Pipe* pipe) override {  // NOLINT(readability-identifier-naming)
    GrpcServerStream stream(*context, *pipe);
    service_.call(stream);
    return grpc::Status::OK;
  }
  grpc::Status Post(grpc::ServerContext* context,
                    Pipe* pipe) override {  // NOLINT(readability-identifier-naming)
    GrpcServerStream stream(*context, *pipe);
    service_.post(stream);
    return grpc::Status::OK;
  }

 private:
  rpc::Service& service_;
};

std::shared_ptr<grpc::ServerCredentials> credentials_of(const Credentials& given) {
  if (given.empty()) return grpc::InsecureServerCredentials();
  // A node that joins has no certificate yet; whoever shows one is checked at each call, where a
  // refusal can be counted.
  grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  options.pem_root_certs = given.authority;
  options.pem_key_cert_pairs.push_back({given.private_key, given.certificate});
  return grpc::SslServerCredentials(options);
}

class GrpcListener final : public Listener {
 public:
  GrpcListener(const Endpoint& endpoint, rpc::Service& service) : service_(service) {
    const int silence = static_cast<int>(endpoint.silence_ms);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(endpoint.address, credentials_of(endpoint.credentials), &port_);
    builder.RegisterService(&service_);
    builder.SetMaxReceiveMessageSize(kMostFrameBytes);
    // Threads come and go with the streams; a few wait for new ones.
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 4);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, silence / 2);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, silence);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    // The others ping as often as this node does.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, silence / 4);
    server_ = builder.BuildAndStart();
  }
  ~GrpcListener() override {
    // Who still speaks is cut off.
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
  }
  GrpcListener(const GrpcListener&) = delete;
  GrpcListener& operator=(const GrpcListener&) = delete;
  [[nodiscard]] int port() const override { return server_ ? port_ : 0; }

 private:
  NodeService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class GrpcLibrary final : public Library {
 public:
  std::unique_ptr<Connection> connect(const Endpoint& endpoint) override {
    return make_connection(endpoint);
  }
  std::unique_ptr<Listener> listen(const Endpoint& endpoint, rpc::Service& service) override {
    return make_listener(endpoint, service);
  }
};

}  // namespace

std::unique_ptr<Listener> make_listener(const Endpoint& endpoint, Service& service) {
  auto made = std::make_unique<GrpcListener>(endpoint, service);
  return made->port() == 0 ? nullptr : std::move(made);
}

}  // namespace neve::cluster::rpc

/// What library.cpp looks up.
extern "C" __attribute__((visibility("default"))) neve::cluster::rpc::Library* neve_rpc_library(
    neve::cluster::rpc::LogSink sink) {
  // gRPC's log is the process's, as is the one that the sink writes to.
  static std::atomic<neve::cluster::rpc::LogSink> log_sink{nullptr};
  log_sink = sink;
  gpr_set_log_function([](gpr_log_func_args* line) { log_sink.load()(line->message); });
  static neve::cluster::rpc::GrpcLibrary made;
  return &made;
}
