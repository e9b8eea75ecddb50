using EosMLNet.Models;
using EosMLNet.Tensors;
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

    /// <summary>The probability of each question's answer: that of all its tokens, (Q).</summary>
    internal static Tensor AnswerProbabilities(PackedBatch batch, Tensor logProbabilities)
    {
        using var scope = NewDisposeScope();
        var tokens = logProbabilities.gather(1, batch.Answers.unsqueeze(1)).squeeze(1);   // (A)
        var questions = tensor(batch.AnswerQuestions.ToArray()).Upload(tokens.device);   // (A)
        return zeros(batch.Questions, tokens.dtype, tokens.device).index_add(0, questions, tokens, Scalars.Literal(1)).exp()
            .MoveToOuterDisposeScope();
    }

    /// <summary>The cross-entropy of each question's answer, summed over its tokens.</summary>
    internal static double[] AnswerLosses(PackedBatch batch, Tensor logProbabilities)
    {
        using var scope = NewDisposeScope();
        var tokens = logProbabilities.gather(1, batch.Answers.unsqueeze(1)).to_type(ScalarType.Float64).cpu().data<double>().ToArray();
        var losses = new double[batch.Questions];
        foreach (var (token, question) in tokens.Zip(batch.AnswerQuestions))
            losses[question] -= token;
        return losses;
    }

    /// <summary>Which answers would be decoded greedily to the last token, one entry a question.</summary>
    internal static bool[] Correct(PackedBatch batch, Tensor logProbabilities)
    {
        using var scope = NewDisposeScope();
        var right = logProbabilities.argmax(-1).eq(batch.Answers).cpu().data<bool>().ToArray();
        var correct = new bool[batch.Questions];
        Array.Fill(correct, true);
        foreach (var (token, question) in right.Zip(batch.AnswerQuestions))
            correct[question] &= token;
        return correct;
    }
}
