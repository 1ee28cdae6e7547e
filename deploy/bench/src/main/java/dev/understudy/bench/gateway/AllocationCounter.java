package dev.understudy.bench.gateway;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.OptionalDouble;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.jspecify.annotations.Nullable;

/**
 * Reads from another JVM of this user how many bytes its threads have allocated. The JVM counts
 * them anyway, to the byte; the counters of the garbage collector move in steps of a whole eden.
 */
final class AllocationCounter implements AutoCloseable {
  private final @Nullable JMXConnector connector;
  private final @Nullable ThreadMXBean threads;

  private AllocationCounter(@Nullable JMXConnector connector, @Nullable ThreadMXBean threads) {
    this.connector = connector;
    this.threads = threads;
  }

  /** Of that process; one that does not let us in has no figures. */
  @SuppressWarnings("BanJNDI") // the other end is our own child, at the address it gave us
  static AllocationCounter of(long pid) {
    try {
      VirtualMachine machine = VirtualMachine.attach(String.valueOf(pid));
      try {
        JMXConnector connector =
            JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
        return new AllocationCounter(
            connector,
            ManagementFactory.getPlatformMXBean(
                connector.getMBeanServerConnection(), ThreadMXBean.class));
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException | IOException notLetIn) {
      return new AllocationCounter(null, null);
    }
  }

  OptionalDouble bytes() {
    return threads == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(threads.getTotalThreadAllocatedBytes());
  }

  @Override
  public void close() {
    if (connector != null) {
      try {
        connector.close();
      } catch (IOException ended) {
        // The other side went first.
      }
    }
  }
}
