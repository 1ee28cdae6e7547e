package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.health.HealthCheckRequest;
import dev.understudy.contracts.health.HealthCheckResponse;
import dev.understudy.contracts.health.HealthCheckResponse.ServingStatus;
import dev.understudy.contracts.health.HealthGrpc;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/**
 * gRPC's own health protocol, for load balancers. The empty service and the protocol's own stand
 * for the server, any other for the model of that name. Thread-safe.
 */
final class GrpcHealth extends HealthGrpc.HealthImplBase {
  private final LiveModels models;

  GrpcHealth(LiveModels models) {
    this.models = models;
  }

  @Override
  public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
    String service = request.getService();
    boolean server = service.isEmpty() || service.equals(GRPCInferenceServiceGrpc.SERVICE_NAME);
    ServingStatus status;
    try {
      boolean serving = server ? models.ready() : models.find(service, Optional.empty()) != null;
      status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    } catch (RequestRefused absent) {
      if (absent.problem() == ProblemType.UNAVAILABLE) {
        answer(observer, ServingStatus.NOT_SERVING);
        return;
      }
      observer.onError(Status.NOT_FOUND.withDescription(absent.reason()).asRuntimeException());
      return;
    }
    answer(observer, status);
  }

  private static void answer(StreamObserver<HealthCheckResponse> observer, ServingStatus status) {
    observer.onNext(HealthCheckResponse.newBuilder().setStatus(status).build());
    observer.onCompleted();
  }
}
