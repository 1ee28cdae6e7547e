package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Metadata;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that ask who calls, over real HTTP, gRPC and TLS. */
class RemoteLoginTest {
  private static final String SECRET = "s3cret-of-the-test";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path directory;

  private final ScoringRoom room = new ScoringRoom("test", 1, 1);

  @AfterEach
  void close() {
    room.close();
  }

  @Test
  void everyRequestOverHttpHasTheToken() throws Exception {
    try (OipServer server = half(new OipServer())) {
      server.knows = headers -> ("Bearer " + SECRET).equals(headers.getFirst("Authorization"));

      ModelRefused unknown = refused(rest(server.address()), access());
      assertThat(unknown.reason()).isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
      assertThat(unknown).hasMessageContaining("401").hasMessageContaining("remote.logins");

      try (Model model = load(rest(server.address()), access(plain("127.0.0.1", SECRET)))) {
        assertThat(score(model)).isInstanceOf(Score.Answered.class);
      }
    }
  }

  @Test
  void everyCallOverGrpcHasTheToken() throws Exception {
    try (GrpcOipServer server = new GrpcOipServer()) {
      server.knows = headers -> ("Bearer " + SECRET).equals(headers.get(AUTHORIZATION));

      assertThat(refused(grpc("grpc", server.port()), access()))
          .hasMessageContaining("UNAUTHENTICATED")
          .hasMessageContaining("remote.logins");

      try (Model model = load(grpc("grpc", server.port()), access(plain("127.0.0.1", SECRET)))) {
        assertThat(score(model)).isInstanceOf(Score.Answered.class);
      }
    }
  }

  @Test
  void aTokenMayGoAsItIsInAnotherHeader() throws Exception {
    try (OipServer server = half(new OipServer())) {
      server.knows =
          headers ->
              SECRET.equals(headers.getFirst("X-Api-Key"))
                  && headers.getFirst("Authorization") == null;
      RemoteLogin login =
          new RemoteLogin(
              "far",
              Set.of("127.0.0.1"),
              Optional.of(RemoteToken.of(Optional.of("X-Api-Key"), SECRET)),
              Optional.empty(),
              true);

      try (Model model = load(rest(server.address()), access(login))) {
        assertThat(score(model)).isInstanceOf(Score.Answered.class);
      }
    }
  }

  @Test
  void aTokenIsSentToItsServerAndToNoOther() throws Exception {
    try (OipServer server = half(new OipServer())) {
      server.knows = headers -> headers.getFirst("Authorization") == null;
      RemoteAccess elsewhere = access(plain("127.0.0.1:1", SECRET));

      try (Model model = load(rest(server.address()), elsewhere)) {
        assertThat(score(model)).isInstanceOf(Score.Answered.class);
      }
      int port = server.address().getPort();
      server.knows = headers -> "Bearer of the port".equals(headers.getFirst("Authorization"));
      RemoteAccess closer =
          access(plain("127.0.0.1", SECRET), plain("127.0.0.1:" + port, "of the port"));
      try (Model model = load(rest(server.address()), closer)) {
        assertThat(score(model)).isInstanceOf(Score.Answered.class);
      }
    }
  }

  @Test
  void aTokenInAFileMayBeReplaced() throws Exception {
    Path file = directory.resolve("token");
    Files.writeString(file, "  first\n");
    RemoteToken token = RemoteToken.inFile(Optional.empty(), file);
    RemoteLogin login =
        new RemoteLogin("far", Set.of("127.0.0.1"), Optional.of(token), Optional.empty(), true);
    try (OipServer server = half(new OipServer())) {
      server.knows = headers -> "Bearer first".equals(headers.getFirst("Authorization"));
      try (Model model = load(rest(server.address()), access(login))) {
        assertThat(score(model)).isInstanceOf(Score.Answered.class);

        replace(file, "second");
        server.knows = headers -> "Bearer second".equals(headers.getFirst("Authorization"));

        assertThat(score(model)).isInstanceOf(Score.Answered.class);

        replace(file, "not\none");
        assertThat(score(model)).isInstanceOf(Score.Answered.class);
        Files.delete(file);
        assertThat(score(model)).isInstanceOf(Score.Answered.class);
      }
    }
  }

  @Test
  void aTokenGoesOverPlainTextOnlyIfThatIsAllowed() throws Exception {
    RemoteLogin careful =
        new RemoteLogin(
            "far",
            Set.of("127.0.0.1"),
            Optional.of(RemoteToken.of(Optional.empty(), SECRET)),
            Optional.empty(),
            false);
    try (OipServer server = half(new OipServer())) {
      server.knows =
          headers -> {
            throw new AssertionError("it was called");
          };

      for (byte[] document :
          List.of(rest(server.address()), grpc("grpc", server.address().getPort()))) {
        ModelRefused refused = refused(document, access(careful));
        assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.REMOTE_FORBIDDEN);
        assertThat(refused)
            .hasMessageContaining("the login far")
            .hasMessageContaining("plain-text")
            .hasMessageNotContaining(SECRET);
      }
    }
  }

  @Test
  void overHttpsTheClientShowsItsCertificate() throws Exception {
    TestCertificate ours = certificate("ours");
    TestCertificate theirs = certificate("theirs");
    try (OipServer server = half(OipServer.toKnownClients(theirs.believing(ours)))) {
      assertThat(refused(rest(server.address()), access(believing(theirs))).reason())
          .isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
      assertThat(refused(rest(server.address()), access(showing(theirs, theirs))).reason())
          .isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);
      // Whom this process believes anyway does not count where a CA is named.
      assertThat(refused(rest(server.address()), access(showing(ours, ours))).reason())
          .isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);

      try (Model model = load(rest(server.address()), access(showing(ours, theirs)))) {
        assertThat(score(model)).isInstanceOf(Score.Answered.class);
      }
    }
  }

  @Test
  void overGrpcTheClientShowsItsCertificate() throws Exception {
    TestCertificate ours = certificate("ours");
    TestCertificate theirs = certificate("theirs");
    try (GrpcOipServer server = GrpcOipServer.toKnownClients(theirs, ours.chain())) {
      byte[] document = grpc("grpcs", server.port());
      assertThat(refused(document, access(believing(theirs))).reason())
          .isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);

      try (Model model = load(document, access(showing(ours, theirs)))) {
        assertThat(score(model)).isInstanceOf(Score.Answered.class);
      }
    }
  }

  @Test
  void aCertificateMayBeReplaced() throws Exception {
    TestCertificate ours = certificate("ours");
    TestCertificate theirs = certificate("theirs");
    Path chain = Files.copy(theirs.chain().toPath(), directory.resolve("shown.pem"));
    Path key = Files.copy(theirs.key().toPath(), directory.resolve("shown.key"));
    RemoteLogin login =
        login(
            RemoteTls.of(
                Optional.of(chain), Optional.of(key), Optional.of(theirs.chain().toPath())));
    try (OipServer server = half(OipServer.toKnownClients(theirs.believing(ours)))) {
      assertThat(refused(rest(server.address()), access(login)).reason())
          .isEqualTo(ModelRefused.Reason.REMOTE_UNAVAILABLE);

      Files.copy(ours.chain().toPath(), chain, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(ours.key().toPath(), key, StandardCopyOption.REPLACE_EXISTING);
      later(chain);
      later(key);

      try (Model model = load(rest(server.address()), access(login))) {
        assertThat(score(model)).isInstanceOf(Score.Answered.class);
      }
    }
  }

  @Test
  void filesThatDoNotServeAreNamed() throws Exception {
    TestCertificate ours = certificate("ours");
    TestCertificate theirs = certificate("theirs");
    Path chain = ours.chain().toPath();
    Path key = ours.key().toPath();
    Path absent = directory.resolve("absent");
    Path empty = Files.createFile(directory.resolve("empty"));

    assertRefused(
        () -> RemoteTls.of(Optional.of(chain), Optional.empty(), Optional.empty()), "key");
    assertRefused(
        () -> RemoteTls.of(Optional.of(absent), Optional.of(key), Optional.empty()), "absent");
    assertRefused(
        () -> RemoteTls.of(Optional.of(chain), Optional.of(empty), Optional.empty()), "empty");
    assertRefused(
        () -> RemoteTls.of(Optional.of(chain), Optional.of(chain), Optional.empty()),
        "private key");
    assertRefused(
        () ->
            RemoteTls.of(Optional.of(chain), Optional.of(theirs.key().toPath()), Optional.empty()),
        "is not the private key of");
    assertRefused(
        () -> RemoteTls.of(Optional.empty(), Optional.empty(), Optional.of(empty)), "empty");
    assertRefused(() -> RemoteToken.inFile(Optional.empty(), absent), "absent");
    assertRefused(() -> RemoteToken.inFile(Optional.empty(), empty), "empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "two\nlines", "über", "tab\there", "\u0000"})
  void aTokenThatIsNoHeadersValueIsRefusedAndNotQuoted(String value) {
    assertThatThrownBy(() -> RemoteToken.of(Optional.empty(), value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the token must be 1 to 16384 visible ASCII characters");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Host", "content-type", "grpc-timeout", "key-bin", "a b", "", "traceparent"})
  void aHeaderThatIsNotForTokensIsRefused(String header) {
    assertThatThrownBy(() -> RemoteToken.of(Optional.of(header), SECRET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("header")
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void aLoginIsForHostsThatAreAllowedAndForEachOnce() {
    assertRefused(() -> access(plain("elsewhere", SECRET)), "elsewhere");
    assertRefused(
        () -> access(plain("127.0.0.1", SECRET), plain("127.0.0.1", "other")), "two logins");

    assertRefused(
        () -> new RemoteLogin("far", Set.of("a"), Optional.empty(), Optional.empty(), true),
        "needs a token, a certificate");
    assertThat(new RemoteAccess(Set.of("gpu:8001"), 1, 1, List.of(plain("gpu", SECRET))).logins())
        .hasSize(1);
  }

  @Test
  void noTextShowsTheToken() {
    assertThat(access(plain("127.0.0.1", SECRET)).toString()).doesNotContain(SECRET);
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable action, String said) {
    assertThatThrownBy(action)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said);
  }

  private static void replace(Path file, String text) throws Exception {
    Files.writeString(file, text);
    later(file);
  }

  // Within the file system's own resolution of time.
  private static void later(Path file) throws Exception {
    Files.setLastModifiedTime(
        file, FileTime.fromMillis(Files.getLastModifiedTime(file).toMillis() + 2_000));
  }

  private TestCertificate certificate(String name) throws Exception {
    return TestCertificate.forLocalhost(Files.createDirectory(directory.resolve(name)));
  }

  private static RemoteLogin plain(String host, String token) {
    return new RemoteLogin(
        "far",
        Set.of(host),
        Optional.of(RemoteToken.of(Optional.empty(), token)),
        Optional.empty(),
        true);
  }

  private static RemoteLogin showing(TestCertificate own, TestCertificate believed) {
    return login(
        RemoteTls.of(
            Optional.of(own.chain().toPath()),
            Optional.of(own.key().toPath()),
            Optional.of(believed.chain().toPath())));
  }

  private static RemoteLogin believing(TestCertificate believed) {
    return login(
        RemoteTls.of(Optional.empty(), Optional.empty(), Optional.of(believed.chain().toPath())));
  }

  private static RemoteLogin login(RemoteTls tls) {
    return new RemoteLogin("far", Set.of("127.0.0.1"), Optional.empty(), Optional.of(tls), false);
  }

  private static RemoteAccess access(RemoteLogin... logins) {
    return new RemoteAccess(Set.of("127.0.0.1"), 2, 4096, List.of(logins));
  }

  /** Answers a half for each row. */
  private static OipServer half(OipServer server) {
    server.infer =
        request ->
            OipServer.Reply.json(
                200,
                "{\"outputs\": [{\"name\": \"p\", \"datatype\": \"FP32\", \"shape\": [1],"
                    + " \"data\": [0.5]}]}");
    return server;
  }

  private Score score(Model model) {
    Tensor x = Tensor.ofFloats("x", new long[] {1}, 1);
    return model.score(Map.of("x", x), Duration.ofSeconds(20), room).toCompletableFuture().join();
  }

  private static Model load(byte[] content, RemoteAccess access) throws ModelRefused {
    return ModelLoader.load(content, ModelLoader.digest(content), Contracts.number(), access);
  }

  private static ModelRefused refused(byte[] content, RemoteAccess access) {
    return catchThrowableOfType(ModelRefused.class, () -> load(content, access).close());
  }

  private static byte[] rest(URI address) {
    return """
        {"understudy_remote": {"protocol": "rest", "url": "%s", "model": "credit"}}
        """
        .formatted(address)
        .getBytes(UTF_8);
  }

  private static byte[] grpc(String scheme, int port) {
    return """
        {"understudy_remote":
          {"protocol": "grpc", "url": "%s://127.0.0.1:%d", "model": "credit"}}
        """
        .formatted(scheme, port)
        .getBytes(UTF_8);
  }
}
