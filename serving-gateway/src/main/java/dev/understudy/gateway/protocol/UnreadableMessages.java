package dev.understudy.gateway.protocol;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * Refuses bytes that are no message, or too many of them after decompression. Without this they
 * would count as a fault of the server, each with a stack in its log.
 */
final class UnreadableMessages implements ServerInterceptor {
  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    CallHeaders current = CallHeaders.current();
    current.opened(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        if (refused) {
          return;
        }
        try {
          super.onMessage(message);
        } catch (StatusRuntimeException unreadable) {
          refused = true;
          if (current.settle()) {
            call.close(status(call, unreadable.getStatus()), new Metadata());
          }
        }
      }

      @Override
      public void onHalfClose() {
        // What is whole now is not overdue any more.
        if (!refused && current.settle()) {
          super.onHalfClose();
        }
      }
    };
  }

  private static Status status(ServerCall<?, ?> call, Status unreadable) {
    return unreadable.getCode() == Status.Code.RESOURCE_EXHAUSTED
        ? unreadable.withCause(null)
        : Status.INVALID_ARGUMENT.withDescription(
            "the bytes are no request of %s, or are not compressed as announced"
                .formatted(call.getMethodDescriptor().getBareMethodName()));
  }
}
