#include "cluster/rpc/grpc/channels.hpp"

#include <cluster.grpc.pb.h>
#include <grpcpp/grpcpp.h>

#include "cluster/rpc/grpc/envelope.hpp"

namespace neve::cluster::rpc {
namespace {

using Pipe = grpc::ClientReaderWriter<proto::Frame, proto::Frame>;

class GrpcClientStream final : public ClientStream {
 public:
  GrpcClientStream(proto::Node::Stub& stub, Connection::Method method) {
    // One-way messages wait for a connection that is lost; a caller is told at once that nobody
    // is there, as somebody else may have what it asks for.
    context_.set_wait_for_ready(method == Connection::Method::post);
    // Sent with the first frame: opening must not wait for the connection.
    context_.set_initial_metadata_corked(true);
    pipe_ = method == Connection::Method::call ? stub.Call(&context_) : stub.Post(&context_);
  }
  ~GrpcClientStream() override {
    if (!ended_) {
      context_.TryCancel();
      GrpcClientStream::end();
    }
  }
  GrpcClientStream(const GrpcClientStream&) = delete;
  GrpcClientStream& operator=(const GrpcClientStream&) = delete;

  bool write(const Frame& frame) override {
    to_envelope(frame, sent_);
    return pipe_->Write(sent_);
  }
  bool read(Frame& frame) override {
    if (!pipe_->Read(&received_)) return false;
    frame = to_frame(received_);
    return true;
  }
  void cancel() override { context_.TryCancel(); }
  std::string end() override {
    ended_ = true;
    const grpc::Status status = pipe_->Finish();
    if (status.ok()) return {};
    return status.error_message().empty() ? "the stream broke" : status.error_message();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<Pipe> pipe_;
  proto::Frame sent_;
  proto::Frame received_;
  bool ended_ = false;
};

std::shared_ptr<grpc::ChannelCredentials> credentials_of(const Credentials& given) {
  if (given.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = given.authority;
  options.pem_cert_chain = given.certificate;
  options.pem_private_key = given.private_key;
  return grpc::SslCredentials(options);
}

class GrpcConnection final : public Connection {
 public:
  explicit GrpcConnection(const Endpoint& endpoint) {
    constexpr int kFirstBackOffMs = 100;
    constexpr int kLongestBackOffMs = 2000;
    // A machine under load takes its time to greet; one where nobody listens refuses at once.
    constexpr int kConnectMs = 5000;
    const int silence = static_cast<int>(endpoint.silence_ms);
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(kMostFrameBytes);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstBackOffMs);
    // In spite of its name, how long an attempt to connect may take.
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLongestBackOffMs);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, silence / 2);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, silence);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    // Several nodes of one process share nothing, and a proxy for the web is none for nodes.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    if (!endpoint.credentials.empty()) arguments.SetSslTargetNameOverride(endpoint.peer_name);
    stub_ = proto::Node::NewStub(grpc::CreateCustomChannel(
        endpoint.address, credentials_of(endpoint.credentials), arguments));
  }
  std::unique_ptr<ClientStream> open(Method method) override {
    return std::make_unique<GrpcClientStream>(*stub_, method);
  }

 private:
  std::unique_ptr<proto::Node::Stub> stub_;
};

}  // namespace

std::unique_ptr<Connection> make_connection(const Endpoint& endpoint) {
  return std::make_unique<GrpcConnection>(endpoint);
}

}  // namespace neve::cluster::rpc
