package dev.postern.gateway.mtasts;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Takes one HTTP response off a connection, if it comes whole. */
final class ResponseHandler extends SimpleChannelInboundHandler<HttpObject> {
    private final CompletableFuture<Response> response = new CompletableFuture<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final int maxBytes;
    private HttpResponse head;
    private boolean endedProperly;

    /**
     * What was answered.
     *
     * @param type     Content-Type as it was sent, or null
     * @param encoding Content-Encoding as it was sent, or null
     */
    record Response(int status, String type, String encoding, byte[] body) {
    }

    /** @param maxBytes of a body */
    ResponseHandler(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Fails where the response is too long, cut, or none. */
    CompletableFuture<Response> response() {
        return response;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) throws IOException {
        if (part.decoderResult().isFailure()) {
            throw new IOException("not an HTTP response: " + part.decoderResult().cause().getMessage());
        }
        if (part instanceof HttpResponse next) {
            head = next;
        }
        if (part instanceof HttpContent content) {
            if (body.size() + content.content().readableBytes() > maxBytes) {
                throw new IOException("the answer is longer than " + maxBytes + " bytes");
            }
            content.content().readBytes(body, content.content().readableBytes());
        }
        if (part instanceof LastHttpContent && head.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            end();
        }
    }

    private void end() throws IOException {
        // Where the body ends as the connection does, only TLS can say that nobody cut it.
        boolean delimited = HttpUtil.isContentLengthSet(head) || HttpUtil.isTransferEncodingChunked(head);
        if (head.status().equals(HttpResponseStatus.OK) && !delimited && !endedProperly) {
            throw cut();
        }
        response.complete(new Response(head.status().code(), head.headers().get(HttpHeaderNames.CONTENT_TYPE),
                head.headers().get(HttpHeaderNames.CONTENT_ENCODING), body.toByteArray()));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCloseCompletionEvent close) {
            endedProperly = close.isSuccess();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        response.completeExceptionally(cut());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        response.completeExceptionally(cause);
        context.close();
    }

    private static IOException cut() {
        return new IOException("the connection ended before the answer did");
    }
}
