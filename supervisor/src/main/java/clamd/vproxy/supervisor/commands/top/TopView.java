package clamd.vproxy.supervisor.commands.top;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which guests are shown, and in which order. Immutable.
 *
 * @param sort what to sort them by
 * @param reversed whether the order is reversed
 * @param byTenant whether each line is a tenant
 * @param filter text that the name, tenant or state must contain
 * @param typing whether keys go to the filter
 * @param first how many lines are scrolled away
 */
record TopView(
        SortKey sort,
        boolean reversed,
        boolean byTenant,
        String filter,
        boolean typing,
        int first) {
    private static final int PAGE = 10;
    private static final int ENTER = '\r';
    private static final int NEW_LINE = '\n';
    private static final int ESCAPE = 27;
    private static final int BACKSPACE = 127;

    /** Returns a view that is scrolled to the first line. */
    static TopView of(SortKey sort, boolean byTenant, String filter) {
        return new TopView(sort, false, byTenant, filter, false, 0);
    }

    /** Returns the view after a key was pressed. */
    TopView after(int key) {
        if (typing) {
            return afterTyping(key);
        }
        return switch (key) {
            case 'r' -> new TopView(sort, !reversed, byTenant, filter, false, 0);
            case 't' -> new TopView(sort, reversed, !byTenant, filter, false, 0);
            case '/' -> filtered("", true);
            case 'j' -> scrolled(1);
            case 'k' -> scrolled(-1);
            case ' ' -> scrolled(PAGE);
            default -> {
                Optional<SortKey> chosen = SortKey.of(key);
                yield chosen.isEmpty()
                        ? this
                        : new TopView(chosen.get(), reversed, byTenant, filter, false, 0);
            }
        };
    }

    private TopView afterTyping(int key) {
        return switch (key) {
            case ENTER, NEW_LINE -> filtered(filter, false);
            case ESCAPE -> filtered("", false);
            case BACKSPACE, '\b' ->
                    filtered(filter.substring(0, Math.max(0, filter.length() - 1)), true);
            default -> key < ' ' ? this : filtered(filter + (char) key, true);
        };
    }

    private TopView filtered(String text, boolean goesOn) {
        return new TopView(sort, reversed, byTenant, text, goesOn, 0);
    }

    private TopView scrolled(int lines) {
        return new TopView(sort, reversed, byTenant, filter, typing, Math.max(0, first + lines));
    }

    /**
     * Returns this view, scrolled so that at least one of {@code lines} lines stays on the screen.
     */
    TopView within(int lines) {
        return scrolled(Math.min(0, Math.max(0, lines - 1) - first));
    }

    /** Returns the filtered and sorted lines of these guests. */
    List<TopRow> rows(List<TopRow> guests) {
        List<TopRow> wanted = guests.stream().filter(this::isWanted).toList();
        return (byTenant ? TopRow.byTenant(wanted) : wanted)
                .stream().sorted(sort.order(reversed)).toList();
    }

    private boolean isWanted(TopRow guest) {
        String tenant = guest.tenant() == null ? "" : guest.tenant();
        return (guest.guest() + "\n" + tenant + "\n" + guest.state())
                .toLowerCase(Locale.ROOT)
                .contains(filter.toLowerCase(Locale.ROOT));
    }
}
