using EosMLNet.Extensions.AI;
using EosMLNet.Tests.Onnx;

namespace EosMLNet.Tests.Extensions.AI;

/// <summary>The chat client, on the small model of the samples under a plan.</summary>
public sealed class VisionLanguageChatClientTests : IDisposable
{
    private const string Question = "what colour is the circle";

    private readonly OnnxModel model = Load();
    private readonly VisionLanguageChatClient client;

    public VisionLanguageChatClientTests() => client = new VisionLanguageChatClient(model);

    public void Dispose()
    {
        client.Dispose();
        model.Dispose();
    }

    [Fact]
    public void The_output_folder_has_no_torch() => Assert.DoesNotContain(
        Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories), file => file.Contains("torch", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public async Task An_answer_is_the_models_and_tells_what_it_took()
    {
        var response = await client.GetResponseAsync(Asking(Question, 1));
        var row = ((IReadOnlyList<Visual>)[SampleImages.Of(1, 96)], Question);
        var (ids, probability) = model.Generate([row], 16)[0];
        Assert.Equal((model.Processor!.Decode(ids), "llava", ChatFinishReason.Stop), (response.Text, response.ModelId, response.FinishReason));
        var prompt = model.Processor.EncodePrompt(Question).Length + 143;
        Assert.Equal((prompt, ids.Length, prompt + ids.Length),
            ((int)response.Usage!.InputTokenCount!, (int)response.Usage.OutputTokenCount!, (int)response.Usage.TotalTokenCount!));
        var left = (int)model.Plan.Ledger.Final;
        Assert.Equal((144, left), ((int)response.AdditionalProperties![ChatProperties.VisualTokens]!, (int)response.AdditionalProperties[ChatProperties.VisualTokensKept]!));
        Assert.Equal(left, response.Usage.AdditionalCounts![ChatProperties.VisualTokensKept]);
        Assert.Equal(probability, (double)response.AdditionalProperties[ChatProperties.MeanProbability]!, 1e-4);
        var kept = Assert.IsAssignableFrom<IReadOnlyList<KeptTokens>>(response.AdditionalProperties[ChatProperties.Kept]);
        Assert.Equal(left, kept[^1].Places.Count);
    }

    [Fact]
    public async Task A_streamed_answer_is_the_same_with_what_is_kept_in_front()
    {
        var whole = await client.GetResponseAsync(Asking("what is the number", 2));
        var updates = await client.GetStreamingResponseAsync(Asking("what is the number", 2)).ToArrayAsync();
        Assert.Equal(whole.Text, string.Concat(updates.Select(update => update.Text)));
        Assert.True(updates.Length >= 2);
        Assert.True(updates[0].AdditionalProperties!.ContainsKey(ChatProperties.Kept));
        var together = updates.ToChatResponse();
        Assert.Equal((whole.Text, whole.FinishReason, whole.Usage!.TotalTokenCount), (together.Text, together.FinishReason, together.Usage!.TotalTokenCount));
    }

    [Fact]
    public async Task Several_pictures_are_seen_in_their_order()
    {
        var message = new ChatMessage(ChatRole.User, [Picture(1), Picture(2), new TextContent(Question)]);
        var row = ((IReadOnlyList<Visual>)[SampleImages.Of(1, 96), SampleImages.Of(2, 96)], Question);
        var response = await client.GetResponseAsync(message);
        Assert.Equal(model.Processor!.Decode(model.Generate([row], 16)[0].Ids), response.Text);
        Assert.Equal(288, response.AdditionalProperties![ChatProperties.VisualTokens]);
        Assert.Equal([0, 1], ((IReadOnlyList<KeptTokens>)response.AdditionalProperties[ChatProperties.Kept]!).Select(kept => kept.Image).Distinct());
    }

    [Fact]
    public async Task A_conversation_goes_on_with_its_earlier_turns()
    {
        List<ChatMessage> messages = [Asking(Question, 1)];
        messages.AddMessages(await client.GetResponseAsync(messages));
        messages.Add(new ChatMessage(ChatRole.User, "what is the number"));
        var image = model.Encode([(SampleImages.Of(1, 96), 1)]);
        var prompt = model.Processor!.EncodePrompt([new PromptTurn(Question, messages[1].Text)], "what is the number", [new ImagePart()]);
        Assert.Equal(model.Processor.Decode(model.GenerateEncoded([(prompt, image)], 16)[0].Ids), (await client.GetResponseAsync(messages)).Text);
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_cut_off_and_says_so()
    {
        var message = new ChatMessage(ChatRole.User, [Picture(2), new TextContent("what is the number")]);
        var cut = await client.GetResponseAsync([message], new ChatOptions { MaxOutputTokens = 1 });
        Assert.Equal((ChatFinishReason.Length, 1), (cut.FinishReason, (int)cut.Usage!.OutputTokenCount!));
    }

    public static TheoryData<string, ChatOptions> UnsupportedOptions => new()
    {
        { "Tools", new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] } },
        { "ToolMode", new ChatOptions { ToolMode = ChatToolMode.RequireAny } },
        { "ResponseFormat", new ChatOptions { ResponseFormat = ChatResponseFormat.Json } },
        { "Instructions", new ChatOptions { Instructions = "be brief" } },
        { "ConversationId", new ChatOptions { ConversationId = "1" } },
        { "gpt", new ChatOptions { ModelId = "gpt" } },
        { "Temperature", new ChatOptions { Temperature = 0.7f } },
        { "TopK", new ChatOptions { TopK = 5 } },
        { "penalty", new ChatOptions { PresencePenalty = 1 } },
        { "StopSequences", new ChatOptions { StopSequences = ["."] } },
        { "0 new tokens", new ChatOptions { MaxOutputTokens = 0 } },
    };

    [Theory]
    [MemberData(nameof(UnsupportedOptions))]
    public async Task An_option_that_cannot_be_followed_is_EOS1013(string named, ChatOptions options) =>
        await Says(EosErrors.InvalidOption, named, [Asking(Question, 1)], options);

    [Fact]
    public async Task Options_that_ask_for_what_is_done_anyway_are_followed()
    {
        var options = new ChatOptions { Temperature = 0, TopK = 1, ModelId = "llava", ResponseFormat = ChatResponseFormat.Text, ToolMode = ChatToolMode.Auto };
        Assert.Equal((await client.GetResponseAsync(Asking(Question, 1))).Text, (await client.GetResponseAsync([Asking(Question, 1)], options)).Text);
    }

    public static TheoryData<string, AIContent> UnsupportedContents => new()
    {
        { "audio/wav", new DataContent(new byte[4], "audio/wav") },
        { "https://example.org/a.png", new UriContent("https://example.org/a.png", "image/png") },
        { "FunctionResultContent", new FunctionResultContent("1", "one") },
    };

    [Theory]
    [MemberData(nameof(UnsupportedContents))]
    public async Task A_content_that_is_not_understood_is_EOS1013(string named, AIContent content) =>
        await Says(EosErrors.InvalidOption, named, [new ChatMessage(ChatRole.User, [content, new TextContent(Question)])]);

    [Fact]
    public async Task A_picture_that_cannot_be_decoded_is_EOS1010()
    {
        await Says(EosErrors.UnreadableImage, "picture 1", [new ChatMessage(ChatRole.User, [new DataContent(new byte[40], "image/png"), new TextContent(Question)])]);
        var cut = SampleImages.Png(1, 96)[..400];
        await Says(EosErrors.UnreadableImage, "cannot be decoded", [new ChatMessage(ChatRole.User, [new DataContent(cut, "image/png"), new TextContent(Question)])]);
    }

    [Fact]
    public async Task Turns_that_are_not_in_order_are_EOS1015()
    {
        await Says(EosErrors.ModelInput, "no message", []);
        await Says(EosErrors.ModelInput, "message 2 of 2", [Asking(Question, 1), new(ChatRole.User, Question)]);
        await Says(EosErrors.ModelInput, "message 1 of 1", [new(ChatRole.Assistant, "red")]);
        await Says(EosErrors.ModelInput, "the last message is an answer", [Asking(Question, 1), new(ChatRole.Assistant, "red")]);
        await Says(EosErrors.ModelInput, "behind the first question", [Asking(Question, 1), new(ChatRole.Assistant, "red"), Asking(Question, 2)]);
    }

    [Theory]
    [InlineData("system", "OnnxOptions.Prompts")]
    [InlineData("tool", "'tool'")]
    public async Task A_role_that_is_not_understood_is_EOS1013(string role, string named) =>
        await Says(EosErrors.InvalidOption, named, [new(new ChatRole(role), "be brief"), Asking(Question, 1)]);

    [Fact]
    public async Task A_cancelled_question_ends_and_one_whose_reader_goes_frees_its_place()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetResponseAsync([Asking(Question, 1)], cancellationToken: cancelled.Token));
        await foreach (var _ in client.GetStreamingResponseAsync(Asking("what is the number", 2)))
            break;
        Assert.Equal(0, client.GetService<AnswerQueue>()!.Waiting);
        Assert.NotEmpty((await client.GetResponseAsync(Asking(Question, 1))).Text);
    }

    [Fact]
    public async Task Clients_of_one_queue_share_it_and_leave_it_open()
    {
        await using var queue = new AnswerQueue(model, new AnswerQueueOptions { MaxBatch = 2, MaxWait = TimeSpan.FromMinutes(1) });
        using (var first = new VisionLanguageChatClient(queue, "scenes"))
        using (var second = new VisionLanguageChatClient(queue))
        {
            var both = await Task.WhenAll(first.GetResponseAsync(Asking(Question, 1)), second.GetResponseAsync(Asking(Question, 1))); // one batch of two
            Assert.Equal(both[0].Text, both[1].Text);
            Assert.Equal(["scenes", "llava"], both.Select(response => response.ModelId));
        }
        Assert.False(queue.IsClosed);
    }

    [Fact]
    public void Services_are_the_client_what_it_says_of_itself_its_queue_and_its_model()
    {
        Assert.Same(client, client.GetService<IChatClient>());
        Assert.Equal(("eosmlnet", "llava"), (client.GetService<ChatClientMetadata>()!.ProviderName, client.GetService<ChatClientMetadata>()!.DefaultModelId));
        Assert.Same(model, client.GetService<OnnxModel>());
        Assert.Null(client.GetService<string>());
        Assert.Null(client.GetService<OnnxModel>("key"));
    }

    // The whole answer and the streamed one refuse alike.
    private async Task Says(string code, string named, ChatMessage[] messages, ChatOptions? options = null)
    {
        foreach (var ask in (Func<Task>[])[() => client.GetResponseAsync(messages, options), async () => await client.GetStreamingResponseAsync(messages, options).ToArrayAsync()])
        {
            var error = await Assert.ThrowsAsync<EosException>(ask);
            Assert.Equal(code, error.Code);
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
        }
    }

    private static OnnxModel Load()
    {
        var folder = Repository.At("samples", "ScenesVqa", "scenes-llava");
        using var unreduced = OnnxModel.Load(folder);
        return OnnxModel.Load(folder, Baselines.FastV(unreduced.Plan.Model, 48));
    }

    private static DataContent Picture(int seed) => new(SampleImages.Png(seed, 96), "image/png");

    private static ChatMessage Asking(string question, int picture) => new(ChatRole.User, [Picture(picture), new TextContent(question)]);
}
