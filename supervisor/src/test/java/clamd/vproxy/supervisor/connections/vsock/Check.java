package clamd.vproxy.supervisor.connections.vsock;

import java.io.PrintStream;

/** One thing that has to be so, with the sentence that is printed about it. */
record Check(String sentence, Body body) {
    /** The proof; throws whatever speaks against it. */
    interface Body {
        void run() throws Exception;
    }

    boolean passes(PrintStream report) {
        try {
            body.run();
            report.println("ok    " + sentence);
            return true;
        } catch (Exception | AssertionError e) {
            report.println("FAILS " + sentence);
            e.printStackTrace(report);
            return false;
        }
    }
}
