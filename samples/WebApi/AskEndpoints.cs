using System.Net.ServerSentEvents;
using EosMLNet.Extensions.AI;
using EosMLNet.Onnx;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace WebApi;

/// <summary><c>POST /ask</c> and <c>POST /ask/stream</c>: a question about pictures, answered at once or while the answer comes.</summary>
internal sealed class AskEndpoints(
    IChatClient chat, OnnxModel model, AnswerQueue queue, Problems problems, IOptions<Limits> limits) : IDisposable
{
    private readonly SemaphoreSlim decoding = new(limits.Value.MaxDecoding);

    public async Task<Reply> AskAsync(HttpRequest request, CancellationToken cancellation)
    {
        await using var updates = await BeginAsync(request, cancellation);
        var all = new List<ChatResponseUpdate>();
        do
            all.Add(updates.Current);
        while (await updates.MoveNextAsync());
        return Reply.Of(all.ToChatResponse(), model);
    }

    // What is wrong with the request is told by a status, since the first part is there before the response begins.
    public async Task<IResult> StreamAsync(HttpRequest request, CancellationToken cancellation) =>
        TypedResults.ServerSentEvents(EventsAsync(await BeginAsync(request, cancellation)));

    public void Dispose() => decoding.Dispose();

    /// <summary>Asks, and waits for the first part of the answer.</summary>
    private async Task<IAsyncEnumerator<ChatResponseUpdate>> BeginAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (queue.IsFull) // before anything is uploaded
            throw new RefusedException(StatusCodes.Status429TooManyRequests, "Too many questions are waiting. Ask again in a second.");
        var upload = await Upload.ReadAsync(request, limits.Value, cancellation);
        var updates = chat.GetStreamingResponseAsync([upload.Message], upload.Options, cancellation).GetAsyncEnumerator(cancellation);
        try
        {
            await decoding.WaitAsync(cancellation);
            ValueTask<bool> first;
            try
            {
                first = updates.MoveNextAsync(); // decodes and asks before it waits
            }
            finally
            {
                decoding.Release();
            }
            await first;
            return updates;
        }
        catch
        {
            await updates.DisposeAsync();
            throw;
        }
    }

    private async IAsyncEnumerable<SseItem<object>> EventsAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        await using var _ = updates;
        var all = new List<ChatResponseUpdate>();
        if (updates.Current.AdditionalProperties is { } told && told.ContainsKey(ChatProperties.Kept))
            yield return new(Reply.KeptOf(told, model), "kept");
        for (var goesOn = true; goesOn;)
        {
            all.Add(updates.Current);
            if (updates.Current.Text is { Length: > 0 } text)
                yield return new(new { text }, "text");
            (goesOn, var failure) = await NextAsync(updates);
            if (failure is null)
                continue;
            yield return new(failure, "error");
            yield break;
        }
        yield return new(Reply.Of(all.ToChatResponse(), model), "done");
    }

    // A status cannot be told any more.
    private async Task<(bool GoesOn, Problem? Failure)> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        try
        {
            return (await updates.MoveNextAsync(), null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return (false, problems.Of(e));
        }
    }
}
