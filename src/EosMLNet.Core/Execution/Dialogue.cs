using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>
/// Questions about the same images and videos, one after another, each with the earlier ones and their answers in front of it. What stands
/// before the first question, the images among it, goes through the encoder and the layers once, and is reduced once. Not safe for use from
/// several threads at once.
/// </summary>
public sealed class Dialogue : IDisposable
{
    private readonly ReducedModel reduced;
    private readonly VisionLanguageProcessor processor;
    private readonly PromptPart[] about;
    private readonly IReadOnlyList<Visual> visuals;
    private readonly List<PromptTurn> turns = [];
    private PromptPrefix? prefix;
    private int[] common = [];

    /// <summary>Begins a dialogue; nothing is computed yet.</summary>
    /// <param name="reduced">The model and its plan; it stays the caller's to dispose, after the dialogue.</param>
    /// <param name="about">The images and videos; at least one.</param>
    /// <exception cref="EosException">EOS1013: there is none, or the plan looks at the question: what it keeps for one is not what it would
    /// keep for the next. EOS1014: the checkpoint has no tokenizer.</exception>
    public Dialogue(ReducedModel reduced, IReadOnlyList<Visual> about)
    {
        if (about.Count == 0)
            throw new EosException(EosErrors.InvalidOption, "A dialogue is about no image; expected at least one.");
        if (!reduced.Plan.IsQuestionAgnostic)
        {
            throw new EosException(EosErrors.InvalidOption,
                "The plan looks at the question: what it keeps for one is not what it would keep for the next. Use a plan that was " +
                "searched with scores that do not, such as Probe, or ask each question by itself.");
        }
        processor = reduced.Model.Processor ?? throw new EosException(EosErrors.Tokenizer,
            "The model's folder has no tokenizer, so questions cannot be encoded. Copy tokenizer.json or tokenizer.model into it.");
        (this.reduced, visuals) = (reduced, about);
        this.about = [.. about.Select(one => one.InPrompt(processor.Images))];
    }

    /// <summary>The questions so far, with their answers.</summary>
    public IReadOnlyList<PromptTurn> Turns => turns;

    /// <summary>Asks the next question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="maxNewTokens">The longest answer, in tokens.</param>
    /// <param name="onToken">Told each new token of the answer as soon as it is known.</param>
    /// <param name="cancellation">Checked before each token. A question that is cancelled was not asked.</param>
    /// <returns>The answer, as the whole conversation in one prompt would have it.</returns>
    /// <exception cref="EosException">EOS1015: the prompt is too long, or the model's prompts cannot be continued. EOS4002: the plan was
    /// made for other weights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public string Ask(string question, int maxNewTokens, Action<int>? onToken = null, CancellationToken cancellation = default)
    {
        var prompt = processor.EncodePrompt(turns, question, about);
        if (prefix is null || !prompt.AsSpan().StartsWith(common))
            Begin(prompt);
        var generation = reduced.GenerateAfter(prefix!, [(0, prompt[common.Length..])], maxNewTokens,
            onToken is null ? null : (_, id) => onToken(id), cancellation);
        var answer = processor.Decode(generation.Ids[0]);
        turns.Add(new PromptTurn(question, answer));
        return answer;
    }

    // Up to the last visual token.
    private void Begin(int[] prompt)
    {
        prefix?.Dispose();
        common = prompt[..(Array.FindLastIndex(prompt, reduced.Model.VisualTokenIds.Contains) + 1)];
        using var unrecorded = no_grad();
        using var scope = NewDisposeScope();
        var input = processor.Images.ToInput(visuals, visuals.Count);
        var encoded = reduced.Model.EncodeImages(input, plan: reduced.Plan, clsAttention: reduced.Plan.NeedsClsAttention);
        using var batch = PromptBatch.Create(reduced.Model, [common], encoded);
        prefix = reduced.Begin(batch);
    }

    /// <inheritdoc/>
    public void Dispose() => prefix?.Dispose();
}
