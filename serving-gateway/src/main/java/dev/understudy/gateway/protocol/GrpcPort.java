package dev.understudy.gateway.protocol;

import dev.understudy.gateway.inference.InferenceMeters;
import dev.understudy.gateway.inference.InferencePipeline;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.scoring.PromptThreads;
import io.grpc.Attributes;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where gRPC comes in. Calls are handled on the transport's event loops, and what a call may bring,
 * and all of them together, is bounded before and after decompression. Thread-safe.
 */
public final class GrpcPort implements AutoCloseable {
  /** Connections are opened, and calls answered, on the transport's event loops. */
  private static final ServerTransportFilter PROMPT =
      new ServerTransportFilter() {
        @Override
        public Attributes transportReady(Attributes attributes) {
          PromptThreads.beOne();
          return attributes;
        }
      };

  private static final int METADATA_BYTES = 16 * 1024;
  private static final int CALLS_OF_A_CONNECTION = 256;
  private static final int LEAST_SECONDS_BETWEEN_PINGS = 10;
  private static final int SECONDS_BETWEEN_LOOKS = 30;
  private static final int PARTS_OF_A_DEADLINE = 8;

  private final Server server;
  private final Optional<GrpcTls> tls;
  private final WatchedCalls calls;
  private final long millisBetweenCalls;
  private @Nullable ScheduledExecutorService looking;

  /**
   * The port, over what serves it.
   *
   * @param address whose port 0 is any that is free
   * @param tls empty: plain text
   */
  public GrpcPort(
      InetSocketAddress address,
      Optional<GrpcTls> tls,
      Supplier<RoutingTable> table,
      Readiness ready,
      InferencePipeline pipeline,
      InferenceMeters inferences,
      RequestLimits limits,
      InFlightBytes inFlight,
      MeterRegistry meters,
      String serverVersion) {
    LiveModels models = new LiveModels(table, ready);
    this.tls = tls;
    this.calls = new WatchedCalls(inFlight, limits, pipeline.refusals(), meters);
    this.millisBetweenCalls = limits.bodyDeadline().toMillis() / PARTS_OF_A_DEADLINE;
    this.server =
        NettyServerBuilder.forAddress(
                address, tls.map(GrpcTls::credentials).orElseGet(InsecureServerCredentials::create))
            .directExecutor()
            // What is over the limit itself, the calls' watch refuses, and says which setting it
            // is.
            .maxInboundMessageSize(limits.bodyBytesAndPatience())
            .maxInboundMetadataSize(METADATA_BYTES)
            .maxConcurrentCallsPerConnection(CALLS_OF_A_CONNECTION)
            .permitKeepAliveTime(LEAST_SECONDS_BETWEEN_PINGS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addStreamTracerFactory(calls)
            .addTransportFilter(PROMPT)
            .addService(
                readable(
                    ServerInterceptors.intercept(
                        new InferenceGrpc(
                            models, pipeline, inferences, limits, meters, serverVersion),
                        new CallHeaders.Interceptor())))
            .addService(readable(new GrpcHealth(models).bindService()))
            .build();
  }

  // Messages are parsed where the refusal of the unreadable can be seen.
  private static ServerServiceDefinition readable(ServerServiceDefinition service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useInputStreamMessages(service), new UnreadableMessages());
  }

  /** Begins to listen. */
  public void open() throws IOException {
    server.start();
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("grpc-looks").factory());
    looking = clock;
    clock.scheduleWithFixedDelay(
        calls::look, millisBetweenCalls, millisBetweenCalls, TimeUnit.MILLISECONDS);
    if (tls.isPresent()) {
      clock.scheduleWithFixedDelay(
          tls.get()::refresh, SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
    }
  }

  /** The port that it listens on. */
  public int number() {
    return server.getPort();
  }

  /** No new calls; those under way go on. */
  public void drain() {
    server.shutdown();
  }

  /** Ends what is still under way. */
  @Override
  public void close() {
    if (looking != null) {
      looking.shutdownNow();
    }
    server.shutdownNow();
  }
}
