using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>What the decoder's output says about the answers of a batch.</summary>
internal static class TaskLoss
{
    /// <summary>Log-probabilities of every answer token, (A, vocabulary).</summary>
    /// <param name="model">The model, for its head.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="hidden">Hidden states of the text that leave the last layer, (B, S, d).</param>
    internal static Tensor LogProbabilities(VisionLanguageModel model, PackedBatch batch, Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var rows = hidden.flatten(0, 1).index_select(0, batch.AnswerRows).unsqueeze(0);   // (1, A, d)
        var logits = model.Logits(rows).squeeze(0);                                       // (A, V)
        var precise = logits.dtype == ScalarType.Float64 ? logits : logits.to_type(ScalarType.Float32);
        return precise.log_softmax(-1).MoveToOuterDisposeScope();
    }

    /// <summary>Mean cross-entropy of the answers' tokens, given the tokens before them.</summary>
    internal static Tensor CrossEntropy(PackedBatch batch, Tensor logProbabilities)
    {
        using var scope = NewDisposeScope();
        return logProbabilities.gather(1, batch.Answers.unsqueeze(1)).mean().neg().MoveToOuterDisposeScope();
    }

    /// <summary>How many answers would be decoded greedily to the last token.</summary>
    internal static int Correct(PackedBatch batch, Tensor logProbabilities)
    {
        using var scope = NewDisposeScope();
        var right = logProbabilities.argmax(-1).eq(batch.Answers).cpu().data<bool>().ToArray();
        return batch.Questions - right.Zip(batch.AnswerQuestions).Where(x => !x.First).Select(x => x.Second).Distinct().Count();
    }
}
