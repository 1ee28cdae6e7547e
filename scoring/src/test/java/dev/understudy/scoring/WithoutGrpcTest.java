package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** An application that embeds models and carries nothing of gRPC. */
class WithoutGrpcTest {
  @Test
  void aModelOverGrpcIsRefusedWithWhatToAdd() throws Exception {
    assertThat(refusal("grpc"))
        .contains("LIBRARY_MISSING")
        .contains("add dev.understudy:contracts");
  }

  @Test
  void aModelOverRestIsAsked() throws Exception {
    assertThat(refusal("rest")).contains("REMOTE_UNAVAILABLE");
  }

  private static String refusal(String protocol) throws Exception {
    Object load =
        new NoGrpc()
            .loadClass(Load.class.getName())
            .getDeclaredConstructor(String.class)
            .newInstance(protocol);
    return (String) ((Callable<?>) load).call();
  }

  /** What the application does. */
  public static final class Load implements Callable<String> {
    private final String protocol;

    public Load(String protocol) {
      this.protocol = protocol;
    }

    @Override
    public String call() {
      byte[] content =
          """
          {"understudy_remote":
            {"protocol": "%s", "url": "%s://127.0.0.1:1", "model": "m"}}
          """
              .formatted(protocol, protocol.equals("rest") ? "http" : "grpc")
              .getBytes(UTF_8);
      try {
        ModelLoader.load(
            content,
            ModelLoader.digest(content),
            Contracts.number(),
            new RemoteAccess(Set.of("127.0.0.1"), 1, 1));
        return "loaded";
      } catch (ModelRefused e) {
        return e.reason() + ": " + e.getMessage();
      }
    }
  }

  /** Loads this library anew, for a class path on which gRPC and its messages are missing. */
  private static final class NoGrpc extends ClassLoader {
    NoGrpc() {
      super(WithoutGrpcTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("io.grpc.")
          || name.startsWith("com.google.protobuf.")
          || name.startsWith("dev.understudy.contracts.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("dev.understudy.scoring.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? define(name) : loaded;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
