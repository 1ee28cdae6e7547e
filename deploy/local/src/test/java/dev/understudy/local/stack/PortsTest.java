package dev.understudy.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void aTakenPortIsNamedWithTheWayOut() throws Exception {
    Ports free = Ports.free();
    try (ServerSocket taken =
        new ServerSocket(free.gateway(), 1, InetAddress.getLoopbackAddress())) {
      assertThat(taken.getLocalPort()).isEqualTo(free.gateway());
      assertThatThrownBy(free::requireFree)
          .isInstanceOf(StackException.class)
          .hasMessageContaining("Port " + free.gateway())
          .hasMessageContaining("--gateway-port");
    }
  }

  @Test
  void onePortForTwoPartsIsRefused() {
    assertThatThrownBy(() -> new Ports(8080, 8083, 8080, 8082, 1, 2, 3))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("both gateway and registry");
  }

  @Test
  void aNumberThatIsNoPortIsRefused() {
    assertThatThrownBy(() -> new Ports(0, 8083, 8081, 8082, 1, 2, 3))
        .hasMessageContaining("--gateway-port 0 is outside 1..65535");
  }
}
