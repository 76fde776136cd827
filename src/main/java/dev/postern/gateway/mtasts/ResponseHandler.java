package dev.postern.gateway.mtasts;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Takes one HTTP response off a connection, if it comes whole. */
final class ResponseHandler extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final CompletableFuture<Response> response = new CompletableFuture<>();
    private boolean endedProperly;

    /**
     * What was answered.
     *
     * @param type     Content-Type as it was sent, or null
     * @param encoding Content-Encoding as it was sent, or null
     */
    record Response(int status, String type, String encoding, byte[] body) {
    }

    /** Fails where the response is too long, cut, or none. */
    CompletableFuture<Response> response() {
        return response;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse message) {
        if (message.decoderResult().isFailure()) {
            response.completeExceptionally(new IOException("not an HTTP response: " + message.decoderResult().cause().getMessage()));
        } else if (!HttpUtil.isContentLengthSet(message) && !HttpUtil.isTransferEncodingChunked(message) && !endedProperly) {
            // The body ends where the connection does, and only TLS can say that nobody cut it.
            response.completeExceptionally(cut());
        } else if (message.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            response.complete(new Response(message.status().code(), message.headers().get(HttpHeaderNames.CONTENT_TYPE),
                    message.headers().get(HttpHeaderNames.CONTENT_ENCODING), ByteBufUtil.getBytes(message.content())));
        }
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
        response.completeExceptionally(cause instanceof TooLongHttpContentException ? new IOException("the answer is too long") : cause);
        context.close();
    }

    private static IOException cut() {
        return new IOException("the connection ended before the answer did");
    }
}
