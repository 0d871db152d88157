#pragma once

#include "cluster/rpc/frame.hpp"

namespace neve::cluster::proto {

class Frame;

}  // namespace neve::cluster::proto

namespace neve::cluster::rpc {

/// Fills the envelope that travels; what it held before is gone.
void to_envelope(const Frame& frame, proto::Frame& envelope);
/// The frame of an envelope, whose body stays in the envelope.
Frame to_frame(const proto::Frame& envelope);

}  // namespace neve::cluster::rpc
