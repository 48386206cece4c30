package clamd.vproxy.policies;

import clamd.vproxy.policies.LimitSource.Layer;
import clamd.vproxy.policies.LimitValue.Allowed;
import clamd.vproxy.policies.LimitValue.Count;
import clamd.vproxy.policies.LimitValue.Flag;
import clamd.vproxy.policies.LimitValue.NoLimit;
import clamd.vproxy.policies.LimitValue.Scope;
import clamd.vproxy.policies.LimitValue.Size;
import clamd.vproxy.policies.LimitValue.Time;
import clamd.vproxy.policies.Node.NumberNode;
import clamd.vproxy.policies.Node.ObjectNode;
import clamd.vproxy.policies.Node.TextNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/** Reads the limits that one object of the file sets: the defaults, a class, a rule or a tenant. */
record LimitBinder(String sourceName, Values values) {
    private static final List<String> COMMAND_NAMES =
            Arrays.stream(Command.values()).map(Command::name).toList();

    /**
     * Returns the limits that the object sets, each with its place in the file. Wrong ones are
     * reported and left out.
     *
     * @param owner the object, as {@link LimitSource#label} names it: {@code rules[2]}
     */
    Map<Limit, Setting> bind(ObjectNode object, Layer layer, String owner) {
        return bind(object, layer, owner, _ -> true, Limit::canBeLifted);
    }

    /** Returns the limits that a tenant's object sets; all but the weight may be lifted. */
    Map<Limit, Setting> bindOfTenant(ObjectNode object, Layer layer, String owner) {
        return bind(object, layer, owner, Limit::isForTenants, limit -> limit != Limit.WEIGHT);
    }

    private Map<Limit, Setting> bind(
            ObjectNode object,
            Layer layer,
            String owner,
            Predicate<Limit> which,
            Predicate<Limit> canBeLifted) {
        Map<Limit, Setting> layerSettings = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            Values.member(object, limit.key())
                    .filter(_ -> which.test(limit))
                    .ifPresent(node -> {
                        String label = owner + "@" + sourceName + ":" + node.span().line();
                        value(limit, node, canBeLifted.test(limit))
                                .map(value -> new Setting(value, new LimitSource(layer, label)))
                                .ifPresent(setting -> layerSettings.put(limit, setting));
                    });
        }
        return Collections.unmodifiableMap(layerSettings);
    }

    private Optional<LimitValue> value(Limit limit, Node node, boolean canBeLifted) {
        if (canBeLifted && node instanceof TextNode text && text.text().equals(NoLimit.TEXT)) {
            return Optional.of(new NoLimit());
        }
        Optional<LimitValue> value =
                switch (limit.minimum()) {
                    case Count _ -> count(node);
                    case Size _ -> size(node);
                    case Time _ -> time(node);
                    case Flag _ -> values.flag(node).map(Flag::new);
                    case Scope _ -> scope(node);
                    case Allowed _ -> commands(node);
                };
        return value.filter(found -> inRange(limit, found, node));
    }

    private boolean inRange(Limit limit, LimitValue value, Node node) {
        if (limit.admits(value)) {
            return true;
        }
        values.problem(
                node, written(node) + " is out of range; " + limit.key() + " is " + limit.range());
        return false;
    }

    private Optional<LimitValue> count(Node node) {
        return node instanceof NumberNode number
                ? whole(number).map(Count::new)
                : values.wrong(node, "a number");
    }

    private Optional<LimitValue> size(Node node) {
        return switch (node) {
            case NumberNode number -> whole(number).map(Size::new);
            case TextNode text -> {
                OptionalLong bytes = Quantities.bytes(text.text());
                yield bytes.isPresent()
                        ? Optional.of(new Size(bytes.getAsLong()))
                        : values.problem(
                                node,
                                written(node)
                                        + " is not a size; write bytes or a number with KiB, MiB, GiB, TiB,"
                                        + " e.g. \"100MiB\"");
            }
            default -> values.wrong(node, "a size");
        };
    }

    private Optional<LimitValue> time(Node node) {
        return switch (node) {
            case NumberNode number ->
                    values.problem(
                            node,
                            written(number)
                                    + " has no unit; write it with ms, s, m or h, e.g. \"30s\"");
            case TextNode text -> {
                Optional<LimitValue> time = Quantities.duration(text.text()).map(Time::new);
                yield time.isPresent()
                        ? time
                        : values.problem(
                                node,
                                written(node)
                                        + " is not a duration; write a number with ms, s, m or h,"
                                        + " e.g. \"30s\"");
            }
            default -> values.wrong(node, "a duration");
        };
    }

    private Optional<LimitValue> scope(Node node) {
        return values.text(node)
                .flatMap(name -> {
                    Optional<LimitValue> scope = VerdictScope.ofLabel(name).map(Scope::new);
                    return scope.isPresent()
                            ? scope
                            : values.problem(
                                    node,
                                    written(node)
                                            + " is not a scope; there are "
                                            + String.join(", ", VerdictScope.labels())
                                            + Wording.guess(name, VerdictScope.labels()));
                });
    }

    private Optional<LimitValue> commands(Node node) {
        return values.array(node)
                .map(items -> {
                    Set<Command> commands = EnumSet.noneOf(Command.class);
                    items.forEach(
                            item -> command(item).ifPresent(it -> addOnce(commands, it, item)));
                    return new Allowed(commands);
                });
    }

    private Optional<Command> command(Node node) {
        return values.text(node)
                .flatMap(name ->
                        COMMAND_NAMES.contains(name)
                                ? Optional.of(Command.valueOf(name))
                                : values.problem(
                                        node,
                                        written(node)
                                                + " is not a command; there are "
                                                + String.join(", ", COMMAND_NAMES)
                                                + Wording.guess(name, COMMAND_NAMES)));
    }

    private void addOnce(Set<Command> commands, Command command, Node node) {
        if (!commands.add(command)) {
            values.problem(node, written(node) + " is listed twice");
        }
    }

    private Optional<Long> whole(NumberNode number) {
        OptionalLong whole = Quantities.whole(number.literal());
        return whole.isPresent()
                ? Optional.of(whole.getAsLong())
                : values.problem(
                        number,
                        written(number)
                                + " is not a whole number; write it without fraction and exponent");
    }

    /** Returns the value as it is written in the file, shortened. */
    private static String written(Node node) {
        return switch (node) {
            case TextNode text -> Wording.quote(text.text());
            case NumberNode number -> Wording.shorten(number.literal());
            default -> node.kind();
        };
    }
}
