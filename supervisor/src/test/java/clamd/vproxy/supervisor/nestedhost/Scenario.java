package clamd.vproxy.supervisor.nestedhost;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One of the host's stories: a class whose tests go on from where the one before stopped, in their
 * order.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HostExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@interface Scenario {}
