namespace EosMLNet.Tests.Plans;

public class ModelFingerprintTests
{
    [Fact]
    public void It_is_computed_once_and_not_before_somebody_asks()
    {
        var computed = 0;
        var fingerprint = new ModelFingerprint(() => $"sha256:{Interlocked.Increment(ref computed)}");
        Assert.Equal(0, computed);
        fingerprint.Begin();
        fingerprint.Begin();
        Assert.Equal(("sha256:1", "sha256:1"), (fingerprint.Get(), $"{fingerprint}"));
    }

    [Fact]
    public void A_plan_that_was_made_from_a_model_is_compared_with_it_without_computing()
    {
        var model = PlanModels.Scenes with { Identity = new ModelFingerprint(() => throw new InvalidOperationException("it was computed")) };
        var plan = ReductionPlan.Identity(model);
        plan.CheckFits(model);
        plan.CheckFits(model with { VisualTokens = model.VisualTokens });
        Assert.Equal(plan.Model, model);
        Assert.Throws<InvalidOperationException>(() => plan.CheckFits(PlanModels.Scenes));
    }

    [Fact]
    public void The_shape_is_compared_without_computing()
    {
        var plan = ReductionPlan.Identity(PlanModels.Scenes);
        var model = PlanModels.Scenes with { Identity = new ModelFingerprint(() => throw new InvalidOperationException("it was computed")) };
        plan.CheckShape(model);
        var fault = Assert.Throws<EosException>(() => plan.CheckShape(model with { Heads = model.Heads + 1 }));
        Assert.Equal(EosErrors.PlanMismatch, fault.Code);
    }

    [Fact]
    public void What_went_wrong_is_told_to_everybody_who_asks()
    {
        var fingerprint = new ModelFingerprint(() => throw new EosException(EosErrors.FileMissing, "gone"));
        fingerprint.Begin();
        for (var i = 0; i < 2; i++)
            Assert.Equal(EosErrors.FileMissing, Assert.Throws<EosException>(() => fingerprint.Get()).Code);
    }

    [Fact]
    public void Waiting_can_be_cancelled_and_computing_goes_on()
    {
        using var go = new ManualResetEventSlim();
        var fingerprint = new ModelFingerprint(() =>
        {
            go.Wait();
            return "sha256:a";
        });
        using var cancellation = new CancellationTokenSource(50);
        Assert.Throws<OperationCanceledException>(() => fingerprint.Get(cancellation.Token));
        go.Set();
        Assert.Equal("sha256:a", fingerprint.Get());
    }

    [Fact]
    public void Equal_texts_are_equal_fingerprints()
    {
        var (known, computed) = (new ModelFingerprint("sha256:a"), new ModelFingerprint(() => "sha256:a"));
        Assert.Equal(known, computed);
        Assert.Equal(known.GetHashCode(), computed.GetHashCode());
        Assert.NotEqual(known, new ModelFingerprint("sha256:b"));
        Assert.NotEqual(PlanModels.Scenes, PlanModels.Scenes with { Fingerprint = "sha256:b" });
    }
}
