using System.Runtime.CompilerServices;

namespace EosMLNet.Extensions.AI;

/// <summary>
/// A vision-language model as a chat client. A user's message has a question and, the first one, pictures. Questions of all callers go
/// through one queue and are answered together. May be used from several threads at once.
/// </summary>
/// <remarks>
/// Answers have their likeliest tokens, so a temperature is not supported, and neither are tools, structured answers, and pictures at an
/// address: these are EOS1013. See <see cref="ChatProperties"/> for what a response tells beside its text.
/// </remarks>
public sealed class VisionLanguageChatClient : IChatClient
{
    private const int DefaultMaxOutputTokens = 256;

    private readonly AnswerQueue queue;
    private readonly bool owned;
    private readonly ChatClientMetadata metadata;

    /// <summary>Answers through a queue that others may use, too. Neither it nor its model is disposed with the client.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="modelId">What the model is called in responses; null for its family.</param>
    public VisionLanguageChatClient(AnswerQueue queue, string? modelId = null) : this(queue, modelId, owned: false)
    {
    }

    /// <summary>Answers through a queue of its own. The model is not disposed with the client.</summary>
    /// <param name="model">The model. Responses call it by its family.</param>
    /// <exception cref="EosException">EOS1014: the model has no tokenizer.</exception>
    public VisionLanguageChatClient(OnnxModel model) : this(new AnswerQueue(model), null, owned: true)
    {
    }

    private VisionLanguageChatClient(AnswerQueue queue, string? modelId, bool owned) =>
        (this.queue, this.owned, metadata) = (queue, owned, new("eosmlnet", null, modelId ?? queue.Model.Plan.Model.Family));

    /// <inheritdoc/>
    /// <exception cref="EosException">As <see cref="GetStreamingResponseAsync"/>.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = Ask(messages, options, cancellationToken);
        var answer = await asked.Completion.ConfigureAwait(false);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer.Text))
        {
            ModelId = metadata.DefaultModelId,
            FinishReason = Reason(answer),
            Usage = Usage(asked, answer),
            AdditionalProperties = new(OfPrompt(asked)) { [ChatProperties.MeanProbability] = answer.MeanProbability },
        };
    }

    /// <inheritdoc/>
    /// <exception cref="EosException">EOS1010: a picture cannot be decoded. EOS1013: something is asked for that is not supported. EOS1015:
    /// the turns are not in order, the prompt is too long, or the model's prompts cannot be continued. EOS2013: the queue is full, or
    /// closed. EOS4002: the plan was made for other weights.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = Ask(messages, options, left.Token);
        var first = true;
        try
        {
            await foreach (var piece in asked.ReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return Update(piece, first ? OfPrompt(asked) : null);
                first = false;
            }
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false); // the reader may have gone
        }
        var answer = await asked.Completion.ConfigureAwait(false);
        var last = Update("", new(first ? OfPrompt(asked) : []) { [ChatProperties.MeanProbability] = answer.MeanProbability });
        last.Contents = [new UsageContent(Usage(asked, answer))];
        last.FinishReason = Reason(answer);
        yield return last;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        object[] services = [this, metadata, queue, queue.Model];
        return serviceKey is null ? services.FirstOrDefault(serviceType.IsInstanceOfType) : null;
    }

    /// <summary>Ends its own queue, where it has one, when all that it accepted is answered.</summary>
    public void Dispose()
    {
        if (owned)
            queue.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private QueuedAnswer Ask(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ChatLimits.Check(options, metadata.DefaultModelId!);
        var question = ChatQuestion.Of([.. messages]);
        var longest = options?.MaxOutputTokens ?? DefaultMaxOutputTokens;
        return queue.Ask(question.Text, question.Images, longest, question.Earlier, cancellation);
    }

    private ChatResponseUpdate Update(string piece, AdditionalPropertiesDictionary? properties) =>
        new(ChatRole.Assistant, piece) { ModelId = metadata.DefaultModelId, AdditionalProperties = properties };

    private static AdditionalPropertiesDictionary OfPrompt(QueuedAnswer asked) => new()
    {
        [ChatProperties.Kept] = asked.Kept,
        [ChatProperties.VisualTokens] = asked.VisualTokens,
        [ChatProperties.VisualTokensKept] = Left(asked),
    };

    private static UsageDetails Usage(QueuedAnswer asked, AnswerResult answer) => new()
    {
        InputTokenCount = asked.PromptTokens,
        OutputTokenCount = answer.Ids.Count,
        TotalTokenCount = asked.PromptTokens + answer.Ids.Count,
        AdditionalCounts = new() { [ChatProperties.VisualTokens] = asked.VisualTokens, [ChatProperties.VisualTokensKept] = Left(asked) },
    };

    // Of each image what its last site leaves; all where there is none.
    private static int Left(QueuedAnswer asked) => asked.VisualTokens
        - asked.Kept.GroupBy(kept => kept.Image).Sum(image => image.Last().Layout.Count - image.Last().Places.Count);

    private static ChatFinishReason Reason(AnswerResult answer) => answer.IsCutOff ? ChatFinishReason.Length : ChatFinishReason.Stop;
}
