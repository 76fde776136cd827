# make run    builds Postern and runs the quickstart: a gateway on this machine, no cluster needed
# make test   every test but the long ones; needs no cluster and no Docker
#
# make build  the runnable jar          make image  the container image, as an archive
# make e2e    the whole on a real node  make bench  figures beside Postfix, Exim and others
# make bench-relay, make bench-growth   a part of make bench; a queue that grows to a million
# make fuzz   codec, parsers, spool, plan reader (DURATION=seconds each)
# make soak   kill -9, power cuts, and a long time of load
# make audit  testssl.sh and sslyze on every cipher profile
# make update regenerates CRDs, API reference and golden files
# make clean

JAR := target/quarkus-app/quarkus-run.jar
SOURCES := pom.xml $(shell find src/main crds -type f 2>/dev/null)

.PHONY: run test build image e2e bench bench-relay bench-growth fuzz soak audit update clean
.DEFAULT_GOAL := build

build: $(JAR)

$(JAR): $(SOURCES)
	build/mvn -q package -DskipTests
	@touch $@

run: $(JAR)
	@build/postern run manifests/quickstart --catcher --data target/quickstart

test:
	build/test

image: $(JAR)
	build/image

e2e: image
	build/e2e

bench: $(JAR)
	build/bench

bench-relay: $(JAR)
	build/bench-relay

bench-growth: $(JAR)
	build/bench-growth

fuzz:
	build/fuzz

soak: $(JAR)
	build/soak

audit: $(JAR)
	build/audit

update:
	build/mvn -q test -Dpostern.update=true -Dtest='CrdsTest,*GoldenTest,RequirementTest,DenialTest,Peer*Test' -Dsurefire.failIfNoSpecifiedTests=false
	build/chart

clean:
	rm -rf target
