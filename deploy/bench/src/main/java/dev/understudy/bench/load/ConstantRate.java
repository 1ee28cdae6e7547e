package dev.understudy.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.understudy.scoring.PromptThreads;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * A constant rate over HTTP/1.1 that takes little of the machine: the calling thread writes the
 * same bytes again whenever a request is due, another one reads the answers. A client of the
 * general kind takes as much of a processor as the gateway, and would be the larger part of what it
 * measures. A request that finds no connection free waits for one, and its wait counts.
 */
final class ConstantRate implements AutoCloseable {
  private static final int CONNECTIONS = 64;
  private static final int READ_AT_ONCE = 64 << 10;
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);
  private static final long LONGEST_US = Duration.ofMinutes(1).toNanos() / 1000;
  private static final long NOT_COUNTED = Long.MIN_VALUE;
  private static final long FULL_SOCKET_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  private final int port;
  private final ByteBuffer request;
  private final Selector selector;
  private final List<Connection> all = new ArrayList<>();
  private final BlockingQueue<Connection> free = new ArrayBlockingQueue<>(CONNECTIONS);
  private final ByteBuffer input = ByteBuffer.allocateDirect(READ_AT_ONCE);
  private final Thread reader;

  // Of the thread that reads, until it has ended.
  private final Histogram latencies = new Histogram(1, LONGEST_US, 3);
  private long answered;
  private long refused;

  private volatile boolean over;

  private static final class Connection {
    final HttpAnswer answer = new HttpAnswer();

    /** Another one after the server has closed it. */
    volatile SocketChannel channel;

    /** When its request was due, or {@link #NOT_COUNTED}; told before the request is sent. */
    volatile long due;

    volatile boolean waits;

    Connection(SocketChannel channel) {
      this.channel = channel;
    }
  }

  private ConstantRate(Target target) throws IOException {
    this.port = target.port();
    this.request = bytes(target);
    this.selector = Selector.open();
    for (int i = 0; i < CONNECTIONS; i++) {
      Connection connection = new Connection(open());
      register(connection);
      all.add(connection);
      free.add(connection);
    }
    this.reader = Thread.ofPlatform().daemon().name("answers").start(this::readAll);
  }

  /** Sends so many requests a second for so long, whatever becomes of them. */
  static Latency run(Target target, double perSecond, Duration duration) {
    if (target.wire() != Target.Wire.HTTP) {
      throw new IllegalArgumentException("this client speaks HTTP/1.1, not " + target.wire());
    }
    try (ConstantRate load = new ConstantRate(target)) {
      return load.run(perSecond, duration);
    } catch (IOException e) {
      throw new UncheckedIOException("the load was broken off", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the load was broken off", e);
    }
  }

  private Latency run(double perSecond, Duration duration)
      throws IOException, InterruptedException {
    // Else a generator that wakes up late would be taken for an answer that comes late.
    PromptThreads.beOne();
    useEachConnectionOnce();
    long requests = Math.max(1, Math.round(perSecond * duration.toNanos() / 1e9));
    double interval = 1e9 / perSecond;
    long start = System.nanoTime();
    long end = start + duration.plus(LAST_ANSWERS).toNanos();
    for (long i = 0; i < requests; i++) {
      long due = start + Math.round(i * interval);
      for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
        LockSupport.parkNanos(early);
      }
      Connection connection = free.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (connection == null) {
        break;
      }
      send(connection, due);
    }
    awaitAnswers(end);
    double seconds = (System.nanoTime() - start) / 1e9;
    close();
    // What was never sent, or not answered by now, has failed.
    Load load = new Load(answered, refused, requests - answered - refused, seconds);
    return new Latency(load, latencies);
  }

  /** A server makes room for a connection at its first request: not a cost of the others. */
  private void useEachConnectionOnce() throws InterruptedException {
    for (int i = 0; i < CONNECTIONS; i++) {
      send(free.take(), NOT_COUNTED);
    }
    awaitAnswers(System.nanoTime() + LAST_ANSWERS.toNanos());
  }

  private void awaitAnswers(long end) {
    while (free.size() < CONNECTIONS && System.nanoTime() < end && reader.isAlive()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private void send(Connection connection, long due) {
    connection.due = due;
    connection.waits = true;
    ByteBuffer bytes = request.duplicate();
    try {
      while (connection.channel.write(bytes) >= 0 && bytes.hasRemaining()) {
        LockSupport.parkNanos(FULL_SOCKET_NANOS);
      }
    } catch (IOException closed) {
      // Who reads finds it closed too, and puts another one in its place.
    }
  }

  private void readAll() {
    PromptThreads.beOne();
    try {
      while (!over) {
        selector.select(this::readSome);
      }
    } catch (IOException | UncheckedIOException e) {
      // Nothing is answered any more, and what is not answered has failed.
    }
  }

  private void readSome(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    try {
      input.clear();
      int read = connection.channel.read(input);
      if (read < 0) {
        throw new EOFException("the server has closed the connection");
      }
      if (connection.answer.take(input.flip())) {
        count(connection);
        free(connection);
      }
    } catch (IOException noAnswer) {
      replace(connection);
    }
  }

  private void count(Connection connection) throws IOException {
    if (connection.due == NOT_COUNTED) {
      return;
    }
    int status = connection.answer.status();
    if (status == 200) {
      answered++;
      long us = (System.nanoTime() - connection.due) / 1000;
      latencies.recordValue(Math.clamp(us, 1, LONGEST_US));
    } else if (status == 503 && connection.answer.hasRetryAfter()) {
      refused++;
    }
  }

  private void free(Connection connection) {
    connection.answer.clear();
    if (connection.waits) {
      connection.waits = false;
      free.add(connection);
    }
  }

  private void replace(Connection connection) {
    try {
      connection.channel.close();
      connection.channel = open();
      register(connection);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    free(connection);
  }

  private SocketChannel open() throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.configureBlocking(false);
    return channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  private void register(Connection connection) throws IOException {
    connection.channel.register(selector, SelectionKey.OP_READ, connection);
  }

  private static ByteBuffer bytes(Target target) {
    StringBuilder head = new StringBuilder();
    head.append("POST ").append(target.path()).append(" HTTP/1.1\r\n");
    head.append("Host: 127.0.0.1:").append(target.port()).append("\r\n");
    head.append("Content-Length: ").append(target.body().length).append("\r\n");
    target
        .headers()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    byte[] first = head.append("\r\n").toString().getBytes(US_ASCII);
    return ByteBuffer.allocateDirect(first.length + target.body().length)
        .put(first)
        .put(target.body())
        .flip()
        .asReadOnlyBuffer();
  }

  @Override
  public void close() throws IOException {
    if (over) {
      return;
    }
    over = true;
    selector.wakeup();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Connection connection : all) {
      connection.channel.close();
    }
    selector.close();
  }
}
