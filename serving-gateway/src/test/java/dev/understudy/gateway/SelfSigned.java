package dev.understudy.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A fresh key and a certificate for 127.0.0.1 that it signed itself, as PEM files: whoever trusts
 * the certificate trusts its owner.
 */
public record SelfSigned(Path certificate, Path key, KeyStore store) {
  private static final char[] PASSWORD = "of the tests".toCharArray();
  private static final String ALIAS = "own";

  /** Makes one with the JDK's own tool. */
  public static SelfSigned create(Path directory, String name) {
    Path p12 = directory.resolve(name + ".p12");
    try {
      Files.deleteIfExists(p12);
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  ALIAS,
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=" + name,
                  "-ext",
                  "san=ip:127.0.0.1,dns:localhost",
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  p12.toString(),
                  "-storepass",
                  new String(PASSWORD))
              .inheritIO()
              .start();
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException("keytool failed");
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream stored = Files.newInputStream(p12)) {
        store.load(stored, PASSWORD);
      }
      return new SelfSigned(
          pem(
              directory.resolve(name + ".crt"),
              "CERTIFICATE",
              store.getCertificate(ALIAS).getEncoded()),
          pem(
              directory.resolve(name + ".key"),
              "PRIVATE KEY",
              store.getKey(ALIAS, PASSWORD).getEncoded()),
          store);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Path pem(Path file, String what, byte[] der) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.write(
        file,
        "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
            .formatted(what, base64)
            .getBytes(US_ASCII));
  }

  /** What a client needs to trust this server, and to say who it is itself, if it is somebody. */
  public SSLContext trustedBy(@Nullable SelfSigned client) throws GeneralSecurityException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    try {
      trusted.load(null, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    trusted.setCertificateEntry("server", store.getCertificate(ALIAS));
    trust.init(trusted);
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    if (client != null) {
      own.init(client.store, PASSWORD);
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(client == null ? null : own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
