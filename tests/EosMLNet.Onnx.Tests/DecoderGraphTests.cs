using EosMLNet.Onnx;

namespace EosMLNet.Tests.Onnx;

/// <summary>What a graph answers under plans of all kinds, beside torch.</summary>
public class DecoderGraphTests
{
    public static TheoryData<string> Plans => [.. PlanSamples.Names];

    [Theory]
    [MemberData(nameof(Plans))]
    public void Logits_and_answers_are_those_of_torch(string name)
    {
        using var scenes = new ScenesUnderPlan(name);
        var last = scenes.Reduced.Forward(scenes.Batch).select(1, -1).contiguous().data<float>().ToArray();           // (B, V)
        using var run = scenes.Onnx.Begin([.. scenes.Encoded.Select(row => row.Prompt)], [.. scenes.Encoded.Select(row => row.Images[0])],
            newTokens: 4, keepsLogits: true, default);
        var worst = last.Zip(run.Logits, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(worst < 1e-4, $"{name}: {worst}");

        var generation = scenes.Reduced.Generate(scenes.Batch, 4);
        var answers = scenes.Onnx.Generate(scenes.Rows, 4);
        Assert.Equal(generation.Ids, answers.Select(answer => answer.Ids));
        Assert.All(generation.MeanProbability.Zip(answers), pair => Assert.Equal(pair.First, pair.Second.MeanProbability, 1e-4));
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void The_tokens_that_sites_leave_are_told_and_are_those_of_torch(string name)
    {
        using var scenes = new ScenesUnderPlan(name);
        var plan = scenes.Reduced.Plan;
        var expected = scenes.Reduced.KeptTokens(scenes.Batch);                                        // sites, images, tokens
        ReductionSite[] sites = [.. plan.Sites.Where(site => site.Stage == ReductionStage.Decoder)];
        Assert.Equal(sites.Length, expected.Count);

        var told = new Dictionary<int, IReadOnlyList<KeptTokens>>();
        var tokenSeen = new HashSet<int>();
        scenes.Onnx.GenerateEncoded(scenes.Encoded, 2, (row, _) => tokenSeen.Add(row), (row, kept) =>
        {
            Assert.DoesNotContain(row, tokenSeen);
            told.Add(row, kept);
        });
        Assert.Equal(scenes.Rows.Count, told.Count);
        foreach (var (row, kept) in told)
        {
            Assert.All(kept, one => Assert.Equal((0, 144), (one.Image, one.Layout.Count)));
            var ofDecoder = kept.Skip(plan.ActsInEncoder ? 1 : 0).ToArray();
            Assert.Equal(sites.Select(site => site.Layer), ofDecoder.Select(one => one.Layer));
            Assert.Equal(expected.Select(site => site[row]), ofDecoder.Select(one => one.Places.Select(place => (long)place).ToArray()));
            if (plan.ActsInEncoder)
                Assert.Equal(scenes.Encoded[row].Images[0].Kept, kept[0].Places.Select(place => (long)place));
        }
    }
}
