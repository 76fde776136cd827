package dev.postern.gateway.mtasts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StsRecordTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "v=STSv1; id=20160831085700Z;     | 20160831085700Z",
        "v=STSv1;id=1                     | 1",
        "v=STSv1 ; id=1 ;                 | 1",
        "v=STSv1; a.b-c_1=x,y:z!; id=abc; | abc",
        "v=STSv1; id=1; id=2              | 1",
        "v=STSv1; id=12345678901234567890123456789012 | 12345678901234567890123456789012",
    })
    void aRecordAnnouncesItsId(String record, String id) {
        assertThat(StsRecord.read(List.of(record.strip()))).isEqualTo(new StsRecord(id, null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "v=STSv1;                         | no id",
        "v=STSv1; x=1                     | no id",
        "v=STSv1; ID=1                    | no id",
        "v=STSv1;; id=1                   | field 2 '' is not NAME=VALUE",
        "v=STSv1; id = 1                  | field 2 'id = 1' is not NAME=VALUE",
        "v=STSv1; id=                     | field 2 'id=' is not NAME=VALUE",
        "v=STSv1; id=a b                  | field 2 'id=a b' is not NAME=VALUE",
        "v=STSv1; id=1; x=a=b             | field 3 'x=a=b' is not NAME=VALUE",
        "v=STSv1; id=2026-01-01           | id '2026-01-01' is not allowed; it has 1 to 32 letters and digits",
        "v=STSv1; id=123456789012345678901234567890123 | 1 to 32 letters and digits",
    })
    void aRecordThatBreaksTheGrammarAnnouncesNothingAndSaysWhy(String record, String says) {
        StsRecord read = StsRecord.read(List.of(record.strip()));

        assertThat(read.id()).isNull();
        assertThat(read.error()).startsWith("TXT record: ").contains(says);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v=STSv1", "v=STSv10; id=1", "V=STSv1; id=1", " v=STSv1; id=1", "v=stsv1; id=1", "v=spf1 -all"})
    void otherRecordsAreAboutSomethingElse(String record) {
        assertThat(StsRecord.read(List.of(record))).isEqualTo(new StsRecord(null, null));
        assertThat(StsRecord.read(List.of(record, "v=STSv1; id=7")).id()).isEqualTo("7");
    }

    @Test
    void twoThatBeginSoAreOneTooMany() {
        assertThat(StsRecord.read(List.of("v=STSv1; id=1", "v=STSv1; id=1")).error()).contains("there are 2 records");
        assertThat(StsRecord.read(List.of())).isEqualTo(new StsRecord(null, null));
    }
}
