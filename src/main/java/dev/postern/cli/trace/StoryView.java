package dev.postern.cli.trace;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A story as JSON and YAML have it. What is not known is left out.
 *
 * @param source     the pod whose log it is from
 * @param state      waiting, delivered, bounced, deleted, on hold, aborted and why; finished or unknown where the log does not say
 * @param linesLeft  lines between the first and the latest that are not in {@code events}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StoryView(String source, long mid, String state, String messageId, String sender, String client, Long size, Long bounceOf, List<Long> bounces, List<RecipientView> recipients,
        List<EventView> events, Long linesLeft) {

    /** How far a recipient is. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RecipientView(int rid, String address, String state, int attempts, String at, String status, String answer) {
    }

    /** A line. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record EventView(String time, String level, String event, Long icid, Long dcid, String text) {
    }

    static StoryView of(String source, Story story) {
        List<RecipientView> recipients = story.recipients.entrySet().stream().map(e -> new RecipientView(e.getKey(), e.getValue().address, e.getValue().state, e.getValue().attempts,
                e.getValue().at, e.getValue().status, e.getValue().answer)).toList();
        List<EventView> events = story.lines.stream().map(f -> new EventView(f.stamp(), f.level(), f.event().isEmpty() ? null : f.event(), id(f.icid()), id(f.dcid()), f.text())).toList();
        return new StoryView(source, story.mid, story.state(), story.messageId, story.sender, story.client, story.size == null ? null : Long.valueOf(story.size), id(story.bounceOf),
                story.bounces.isEmpty() ? null : List.copyOf(story.bounces), recipients, events, id(story.left));
    }

    private static Long id(long id) {
        return id == 0 ? null : id;
    }
}
