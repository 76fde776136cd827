package dev.postern.gateway.tlsrpt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.postern.gateway.disk.DurableFile;
import dev.postern.gateway.disk.DurableFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The data folder: {@code days/DATE.json} has what was counted, {@code outbox/ID.json} reports that are composed and not delivered, {@code instance}
 * a name of this gateway's own. Files change whole or not at all. Safe for use by the counting thread and the sending one.
 */
final class ReportFolder {
    private static final ObjectMapper JSON = JsonMapper.builder().addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS).disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
    private static final String JSON_FILE = ".json";
    private final Path days;
    private final Path outbox;
    private final UUID instance;
    private final Consumer<String> trouble;

    /**
     * Makes the folder where it is missing.
     *
     * @param trouble told of files that cannot be read; they are set aside
     */
    ReportFolder(Path folder, Consumer<String> trouble) throws IOException {
        days = DurableFolder.make(folder.resolve("days"));
        outbox = DurableFolder.make(folder.resolve("outbox"));
        this.trouble = trouble;
        instance = instance(folder.resolve("instance"));
    }

    private static UUID instance(Path file) throws IOException {
        try {
            return UUID.fromString(Files.readString(file).strip());
        } catch (NoSuchFileException | IllegalArgumentException e) {
            UUID made = UUID.randomUUID();
            DurableFile.write(file, made.toString().getBytes(StandardCharsets.US_ASCII));
            return made;
        }
    }

    /** Tells this gateway's reports from those of others of its name. */
    UUID instance() {
        return instance;
    }

    void save(DayCounts counts) throws IOException {
        DurableFile.write(file(counts.day()), JSON.writeValueAsBytes(counts));
    }

    /** What was counted on a day; null where nothing was. */
    DayCounts load(LocalDate day) throws IOException {
        return read(file(day), DayCounts.class);
    }

    void remove(LocalDate day) throws IOException {
        Files.deleteIfExists(file(day));
    }

    /** The days that something was counted on, the first first. */
    List<LocalDate> days() throws IOException {
        List<LocalDate> found = new ArrayList<>();
        for (Path file : files(days)) {
            try {
                found.add(LocalDate.parse(stem(file)));
            } catch (DateTimeParseException e) {
                setAside(file, "its name is no date");
            }
        }
        return found;
    }

    void save(Parcel parcel) throws IOException {
        DurableFile.write(outbox.resolve(parcel.report().id() + JSON_FILE), JSON.writeValueAsBytes(parcel));
    }

    void remove(Parcel parcel) throws IOException {
        Files.deleteIfExists(outbox.resolve(parcel.report().id() + JSON_FILE));
    }

    /** Reports that are not delivered. */
    List<Parcel> parcels() throws IOException {
        List<Parcel> found = new ArrayList<>();
        for (Path file : files(outbox)) {
            Parcel parcel = read(file, Parcel.class);
            if (parcel != null) {
                found.add(parcel);
            }
        }
        return found;
    }

    private Path file(LocalDate day) {
        return days.resolve(day + JSON_FILE);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> f.getFileName().toString().endsWith(JSON_FILE)).sorted().toList();
        }
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - JSON_FILE.length());
    }

    private <T> T read(Path file, Class<T> type) throws IOException {
        try {
            return JSON.readValue(Files.readAllBytes(file), type);
        } catch (NoSuchFileException e) {
            return null;
        } catch (JsonProcessingException e) {
            setAside(file, "it cannot be read: " + e.getOriginalMessage());
            return null;
        }
    }

    private void setAside(Path file, String why) throws IOException {
        Files.move(file, file.resolveSibling(file.getFileName() + ".damaged"), StandardCopyOption.REPLACE_EXISTING);
        trouble.accept(file + " was set aside: " + why);
    }
}
