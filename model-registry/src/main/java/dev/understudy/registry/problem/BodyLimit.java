package dev.understudy.registry.problem;

import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.config.RegistryConfig;
import jakarta.inject.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Stops reading a JSON body that is longer than allowed, whatever length it announced. */
@jakarta.ws.rs.ext.Provider
class BodyLimit implements ReaderInterceptor {
  // Providers are made while the service is built, before there are settings.
  private final Provider<RegistryConfig> config;

  BodyLimit(Provider<RegistryConfig> config) {
    this.config = config;
  }

  @Override
  public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
    // Streams are artefacts: bounded by their store, which counts while it writes.
    if (context.getType() != InputStream.class) {
      context.setInputStream(new Bounded(context.getInputStream(), config.get().bodyMaxBytes()));
    }
    return context.proceed();
  }

  private static final class Bounded extends FilterInputStream {
    private final long most;
    private long seen;

    Bounded(InputStream in, long most) {
      super(in);
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      int octet = super.read();
      count(octet < 0 ? 0 : 1);
      return octet;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      count(Math.max(read, 0));
      return read;
    }

    private void count(int read) {
      seen += read;
      if (seen > most) {
        throw Refused.of(
            ProblemType.TOO_LARGE, "the body has more than the %d bytes allowed".formatted(most));
      }
    }
  }
}
