package dev.postern.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.function.BiFunction;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** A name server on loopback, over UDP and TCP, that answers as a test tells it, however wrong. */
public final class ScriptedDns implements AutoCloseable {
    private static final int MOST = 65_535;
    private final DatagramSocket datagrams;
    private final ServerSocket connections;
    private final BiFunction<Message, Boolean, byte[]> script;

    /** @param script gives the answer to a query, over TCP where the second is true; null: none, and over TCP the connection is closed */
    public ScriptedDns(BiFunction<Message, Boolean, byte[]> script) throws IOException {
        this.script = script;
        InetAddress loopback = InetAddress.getLoopbackAddress();
        DatagramSocket udp = null;
        ServerSocket tcp = null;
        while (tcp == null) {
            udp = new DatagramSocket(0, loopback);
            try {
                tcp = new ServerSocket(udp.getLocalPort(), 50, loopback);
            } catch (BindException e) {
                udp.close();   // taken: another
            }
        }
        datagrams = udp;
        connections = tcp;
        Thread.startVirtualThread(this::datagrams);
        Thread.startVirtualThread(this::connections);
    }

    /** {@code 127.0.0.1:PORT}. */
    public String address() {
        return "127.0.0.1:" + datagrams.getLocalPort();
    }

    /** An answer with this code, records and nothing else. */
    public static Message answer(Message query, int rcode, Record... records) {
        Message answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RD);
        answer.getHeader().setFlag(Flags.RA);
        answer.getHeader().setRcode(rcode);
        answer.addRecord(query.getQuestion(), Section.QUESTION);
        for (Record record : records) {
            answer.addRecord(record, Section.ANSWER);
        }
        return answer;
    }

    /** {@link Rcode#NOERROR} with these records. */
    public static byte[] records(Message query, Record... records) {
        return answer(query, Rcode.NOERROR, records).toWire();
    }

    private void datagrams() {
        try {
            while (true) {
                DatagramPacket query = new DatagramPacket(new byte[MOST], MOST);
                datagrams.receive(query);
                byte[] answer = script.apply(new Message(Arrays.copyOf(query.getData(), query.getLength())), false);
                if (answer != null) {
                    datagrams.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void connections() {
        try {
            while (true) {
                Socket client = connections.accept();
                Thread.startVirtualThread(() -> serve(client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            while (true) {
                byte[] answer = script.apply(new Message(in.readNBytes(in.readUnsignedShort())), true);
                if (answer == null) {
                    return;
                }
                out.writeShort(answer.length);
                out.write(answer);
                out.flush();
            }
        } catch (IOException e) {
            // the client has what it wanted
        }
    }

    @Override
    public void close() throws IOException {
        datagrams.close();
        connections.close();
    }
}
