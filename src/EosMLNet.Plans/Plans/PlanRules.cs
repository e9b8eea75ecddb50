namespace EosMLNet.Plans;

/// <summary>
/// What a plan must fulfil to be executed as it is written. Each rule names the entry that breaks it, as a path into the plan file.
/// </summary>
internal static class PlanRules
{
    private const int MostLayers = 1 << 12;
    private const int MostOfAnything = 1 << 20;

    /// <summary>Checks everything: the model's numbers, the sites, the learned parameters, the ledger, the constraints.</summary>
    public static void Check(ReductionPlan plan, string source)
    {
        Require(plan.Version is >= 1 and <= ReductionPlan.CurrentVersion, source, "version",
            $"is {plan.Version}, but this library reads versions 1 to {ReductionPlan.CurrentVersion}; a newer one needs a newer library");
        Require(plan.ImagePadding is null || Enum.IsDefined(plan.ImagePadding.Value), source, "imagePadding",
            $"is {plan.ImagePadding}, expected square or crop");
        CheckModel(plan.Model, source);
        CheckSizes(plan, source);
        CheckSites(plan.Model, plan.Sites, source);
        CheckParameters(plan, source);
        CheckLedger(plan, source);
        CheckConstraints(plan, source);
    }

    /// <summary>Checks the numbers that the ledger is computed from.</summary>
    public static void CheckModel(PlanModel model, string source)
    {
        Positive(model.Layers, "layers", MostLayers);
        Require(model.TowerLayers is >= 0 and <= MostLayers, source, "model.towerLayers",
            $"is {model.TowerLayers}, expected 0 to {MostLayers}");
        Positive(model.VisualTokens, "visualTokens", MostOfAnything);
        Positive(model.HiddenSize, "hiddenSize", MostOfAnything);
        Positive(model.IntermediateSize, "intermediateSize", MostOfAnything);
        Positive(model.Heads, "heads", MostOfAnything);
        Positive(model.KeyValueHeads, "keyValueHeads", MostOfAnything);
        Positive(model.HeadSize, "headSize", MostOfAnything);
        Require(model.Grid is not null || model.ImagesVary, source, "model.grid", "is missing; images that are all alike have one");
        if (model.Grid is { } grid)
        {
            Positive(grid.Rows, "grid.rows", MostOfAnything);
            Positive(grid.Columns, "grid.columns", MostOfAnything);
            var patches = (long)grid.Rows * grid.Columns;
            Require(model.ImagesVary || model.VisualTokens == patches || model.VisualTokens == patches + 1, source, "model.visualTokens",
                $"is {model.VisualTokens}, but a grid of {grid.Rows} x {grid.Columns} has {patches} patches (and one token more where " +
                "the tower's [CLS] is kept)");
        }

        void Positive(int value, string name, int most) =>
            Require(value >= 1 && value <= most, source, $"model.{name}", $"is {value}, expected 1 to {most}");
    }

    /// <summary>Checks that the sites can act one after another.</summary>
    public static void CheckSites(PlanModel model, IReadOnlyList<ReductionSite> sites, string source)
    {
        var entering = model.ImagesVary ? MostOfAnything : model.VisualTokens;
        var share = 1.0;
        var earliest = (Stage: ReductionStage.Tower, Layer: 0);
        for (var i = 0; i < sites.Count; i++)
        {
            Require(sites[i] is not null, source, $"sites[{i}]", "is null, expected a site");
            CheckSite(model, sites[i], entering, earliest, (name, ok, text) => Require(ok, source, $"sites[{i}].{name}", text));
            Require(sites[i].KeepShare is null == sites[0].KeepShare is null, source, $"sites[{i}].keep",
                "and 'keepShare' are mixed; expected one of them in all sites");
            Require(!(sites[i].KeepShare > share), source, $"sites[{i}].keepShare",
                $"is {sites[i].KeepShare}, but only {share} enters the site; a site cannot add tokens");
            (entering, share, earliest) = (sites[i].Keep, sites[i].KeepShare ?? 1, (sites[i].Stage, sites[i].Layer));
        }
    }

    private static void CheckSite(PlanModel model, ReductionSite site, int entering, (ReductionStage Stage, int Layer) earliest,
        Action<string, bool, string> require)
    {
        require("stage", Enum.IsDefined(site.Stage), $"is {site.Stage}, expected tower, projector or decoder");
        var (place, layers) = site.Stage switch
        {
            ReductionStage.Tower => ("the tower's blocks", model.TowerLayers),
            ReductionStage.Projector => ("in front of the projector, layers", 1),
            _ => ("the model's layers", model.Layers),
        };
        require("layer", site.Layer >= 0 && site.Layer < layers,
            layers > 0 ? $"is {site.Layer}, but {place} are 0 to {layers - 1}" : $"is {site.Layer}, but the model has no tower block");
        require("layer", (site.Stage, site.Layer).CompareTo(earliest) >= 0,
            $"is {site.Layer} ({site.Stage}), but the site before stands at {earliest.Layer} ({earliest.Stage}); sites are listed in the " +
            "order in which they act");
        if (site.KeepShare is { } share)
        {
            require("keepShare", share is > 0 and <= 1, $"is {share}, expected above 0 and at most 1");
            require("keepShare", site.Keep == 0, $"stands beside a keep of {site.Keep}; expected one of them");
            require("keepShare", site.Stage == ReductionStage.Decoder,
                $"is a share, but the site stands in {place}; expected a count there");
            require("keepShare", site.Extra is null && !site.Residual,
                "is a share, but the site has extra anchors or a residual token; expected a count beside them");
            entering = (site = site with { Keep = 1 }).Keep;
        }
        // The [CLS] token takes no part in the tower, but counts where it is a visual token.
        var apart = site.Stage == ReductionStage.Tower && model.Grid is { } grid ? model.VisualTokens - grid.Rows * grid.Columns : 0;
        require("keep", site.Keep >= 1 + apart, $"is {site.Keep}, expected at least {1 + apart}");
        require("keep", site.Keep <= entering,
            $"is {site.Keep}, but only {entering} visual tokens enter the site; a site cannot add tokens");
        require("transfer", site.Transfer is >= 0 and <= 1, $"is {site.Transfer}, expected 0 to 1");
        require("temperature", site.Temperature >= 0, $"is {site.Temperature}, expected at least 0, or \"Infinity\"");
        require("reweight", site.Reweight >= 0 && double.IsFinite(site.Reweight),
            $"is {site.Reweight}, expected a finite number, at least 0");
        require("diversity", site.Diversity >= 0 && double.IsFinite(site.Diversity),
            $"is {site.Diversity}, expected a finite number, at least 0");
        require("proportionalAttention", site.ProportionalAttention is >= 0 and <= 1, $"is {site.ProportionalAttention}, expected 0 to 1");
        require("affinity.spatialSigma",
            site.Affinity.SpatialSigma is null || (site.Affinity.SpatialSigma > 0 && double.IsFinite(site.Affinity.SpatialSigma.Value)),
            $"is {site.Affinity.SpatialSigma}, expected a finite number above 0, or null");
        require("extra.count", site.Extra is null or { Count: >= 1 }, $"is {site.Extra?.Count}, expected at least 1");
        require("extra.count", site.KeptByScore >= apart,
            $"is {site.Extra?.Count ?? 0}, but the site keeps {site.Keep}{(site.Residual ? ", the residual token among them" : "")}");
        require("score", site.Score.Count > 0 || site.KeptByScore == 0, "is empty, expected at least one criterion");
        require("extra.textPivots",
            site.Extra is null or { TextPivots: 0 } or { TextPivots: >= 1 and <= MostOfAnything, Rule: AnchorRule.Dissimilar },
            $"is {site.Extra?.TextPivots}, expected at least 1 with the rule dissimilar, and 0 with others");
        require("extra.rule", site.Extra is not { Rule: AnchorRule.Dissimilar } || site.KeptByScore + site.Extra.TextPivots > 0,
            "is dissimilar, but there is no pivot: the score chooses no token, and there is no text pivot");
        require("extra.rule", site.Extra is not { TakesAll: true } || site.KeptByScore == 0,
            $"is {site.Extra?.Rule}, which takes all anchors, but the score chooses {site.KeptByScore}");
        require("extra.crops",
            site.Extra is not { } by || (by.Rule == AnchorRule.Crops ? by.Crops >= 1 && by.Crops <= entering : by.Crops == 0),
            $"is {site.Extra?.Crops}, expected 1 to {entering} with the rule crops, and 0 with others");
        require("affinity.measure", site.Extra is not { TakesAll: true, Compares: true } || site.Affinity.Measure == AffinityMeasure.Cosine,
            $"is {site.Affinity.Measure}, expected cosine with the rules coverage and determinantal");
        require("extra.weight",
            site.Extra is not { Weight: { } weight } || site.Extra.TakesAll && weight.Has(CriterionTraits.WeighsGivers),
            $"is {site.Extra?.Weight}, expected clsAttention or textAttention with the rules coverage, determinantal and crops, and none " +
            "with others");
        require("extra.weight", site.Extra is not { Rule: AnchorRule.Crops, Weight: null },
            "is missing; expected clsAttention or textAttention with the rule crops");
        require("extra.candidates", site.Extra is not { Candidates: { } candidates }
            || site.Extra.Rule == AnchorRule.DensityPeaks && site.Neighbours is null && candidates >= site.Extra.Count
                && candidates <= entering - site.KeptByScore,
            $"is {site.Extra?.Candidates}, expected {site.Extra?.Count} to {entering - site.KeptByScore} with the rule densityPeaks and " +
            "without neighbours, and none with others");
        require("neighbours", site.Neighbours is null or >= 1, $"is {site.Neighbours}, expected at least 1");
        require("giverWeight", site.GiverWeight?.Has(CriterionTraits.WeighsGivers) != false,
            $"is {site.GiverWeight}, expected clsAttention or textAttention");
        require("residual", !site.Residual || site.GiverWeight is not null, "needs a giverWeight, which weighs the dropped tokens in it");
        require("residual", !site.Residual || site.Neighbours is not null || site.Transfer < 1,
            "has nothing left to stand for: the dropped tokens transfer all of their mass");
        require("score", site.Score.Values.All(double.IsFinite), "has a weight that is not a finite number");
        require("stage", site.Stage == ReductionStage.Decoder || !site.NeedsDecoder,
            $"is {site.Stage}, but the site has a criterion, a feature or pivots of the decoder; use those of the image alone");
        require(site.GiverWeight?.NeedsAttention() == true ? "giverWeight"
                : site.Extra?.Weight?.NeedsAttention() == true ? "extra.weight" : "score",
            site.Layer > 0 || site.AttentionSource == AttentionSource.OwnLayer || !Observation.Of(site).Any(),
            "needs attention of the layer before, but there is none before layer 0; move the site, let its attentionSource be ownLayer, " +
            "or use other criteria");
        require("raterHeads", site.RaterHeads is null || site.RaterHeads >= 1 && site.RaterHeads <= model.Heads,
            $"is {site.RaterHeads}, expected 1 to the model's {model.Heads} heads, or null");
        require("keep",
            !NeedsWindows(site) || site.KeepShare is null && model.Grid is { } whole && PatchGrid.Cut(whole, site.Keep) is not null,
            model.Grid is { } patches
                ? $"is {site.Keep}, but the patch grid of {patches.Rows} x {patches.Columns} cannot be cut into that many windows in " +
                    "rows and columns"
                : $"is {site.Keep}, in windows, but the visual tokens of the model's images do not lie on one grid");
    }

    private static void CheckSizes(ReductionPlan plan, string source)
    {
        Require(plan.Version >= 2
            || !plan.Model.ImagesVary && plan.ImageSizes is null && !plan.Sites.Any(site => site?.KeepShare is not null), source, "version",
            "is 1, but the plan has images that vary, sizes of images, or shares of tokens; expected 2");
        if (plan.ImageSizes is null)
            return;
        var (tokens, images) = (plan.ImageSizes.Tokens ?? [], plan.ImageSizes.Images ?? []);
        Require(plan.Model.ImagesVary, source, "imageSizes", "are given, but all images of the model are alike");
        Require(tokens.Count is >= 1 and <= MostOfAnything && images.Count == tokens.Count, source, "imageSizes",
            $"have {tokens.Count} numbers of tokens and {images.Count} numbers of images, expected as many of both, at least one");
        Require(tokens.All(count => count is >= 1 and <= MostOfAnything)
            && tokens.Zip(tokens.Skip(1)).All(pair => pair.First < pair.Second),
            source, "imageSizes.tokens", $"are not ascending numbers from 1 to {MostOfAnything}");
        Require(images.All(count => count is >= 1 and <= int.MaxValue), source, "imageSizes.images",
            $"are not numbers from 1 to {int.MaxValue}");
    }

    private static void CheckParameters(ReductionPlan plan, string source)
    {
        var (probe, relevance) = (plan.Parameters?.Probe, plan.Parameters?.Relevance);
        Require(probe is not null || !plan.Sites.Any(site => site.Score.ContainsKey(ScoreCriterion.Probe)), source, "sites",
            "score by a learned probe, but the plan has no learned parameters; they lie in the .safetensors file beside the plan");
        Require(probe is null || probe.Length == plan.Model.HiddenSize, source, "parameters",
            $"have a probe of {probe?.Length} weights, but the model's hidden states have {plan.Model.HiddenSize}");
        Require(probe is null || probe.All(float.IsFinite), source, "parameters", "have a probe with a weight that is not a finite number");
        Require(plan.Parameters is null || probe is not null || relevance is not null, source, "parameters",
            "are empty, expected a probe or a text relevance");
        Require(relevance is not null || !plan.Sites.Any(site => site.Score.ContainsKey(ScoreCriterion.TextRelevance)), source, "sites",
            "score by a learned text relevance, but the plan's learned parameters have none; they lie in the .safetensors file beside " +
            "the plan");
        Require(relevance is null
            || relevance.Rank is >= 1 and <= MostOfAnything && relevance.Visual.LongLength == (long)relevance.Rank * plan.Model.HiddenSize
                && relevance.Text.Length == relevance.Visual.Length,
            source, "parameters",
            $"have a text relevance of rank {relevance?.Rank} with {relevance?.Visual.Length} and {relevance?.Text.Length} weights, " +
            $"expected rank times {plan.Model.HiddenSize} each");
        Require(relevance is null || relevance.Visual.All(float.IsFinite) && relevance.Text.All(float.IsFinite), source, "parameters",
            "have a text relevance with a weight that is not a finite number");
    }

    private static void CheckLedger(ReductionPlan plan, string source)
    {
        var stated = plan.Ledger;
        Require(stated.TextTokens is >= 0 and <= MostOfAnything, source, "ledger.textTokens",
            $"is {stated.TextTokens}, expected 0 to {MostOfAnything}");
        var actual = TokenLedger.Compute(plan.Model, plan.Sites, stated.TextTokens, plan.ImageSizes);
        Require(stated.VisualTokensPerLayer.SequenceEqual(actual.VisualTokensPerLayer), source, "ledger.visualTokensPerLayer",
            $"is [{string.Join(", ", stated.VisualTokensPerLayer.Take(100))}], but the sites give " +
            $"[{string.Join(", ", actual.VisualTokensPerLayer.Take(100))}]");
        Same("mean", stated.Mean, actual.Mean);
        Same("final", stated.Final, actual.Final);
        Same("macsRatio", stated.MacsRatio, actual.MacsRatio);
        Same("kvBytesRatio", stated.KvBytesRatio, actual.KvBytesRatio);

        void Same(string name, double found, double computed) =>
            Require(Math.Abs(found - computed) <= 1e-9 * computed, source, $"ledger.{name}", $"is {found}, but the sites give {computed}");
    }

    private static void CheckConstraints(ReductionPlan plan, string source)
    {
        for (var i = 0; i < plan.Constraints.Count; i++)
        {
            var constraint = plan.Constraints[i];
            Require(constraint is not null, source, $"constraints[{i}]", "is null, expected a constraint");
            Require(double.IsFinite(constraint!.Limit) && double.IsFinite(constraint.Slack) && double.IsFinite(constraint.Multiplier),
                source,
                $"constraints[{i}]", "has a number that is not finite");
            if (constraint.Kind is LatencyKind)
            {
                // What it was predicted to take stands in the table that it was searched with, on the machine that was measured.
                Require(constraint.Slack >= 0 && constraint.Slack < constraint.Limit, source, $"constraints[{i}].slack",
                    $"is {constraint.Slack} of a limit of {constraint.Limit}, expected a limit above 0 and a slack from 0 to below it");
                continue;
            }
            var spent = plan.Spent(constraint.Kind);
            Require(spent <= constraint.Limit + 1e-9, source, $"constraints[{i}].limit",
                $"is {constraint.Limit}, but the plan's {constraint.Kind} is {spent}");
        }
    }

    private static bool NeedsWindows(ReductionSite site) =>
        site.Affinity.Mask == AffinityMask.Window || site.Score.Keys.Any(criterion => criterion.Has(CriterionTraits.NeedsWindows));

    private static void Require(bool condition, string source, string entry, string text)
    {
        if (!condition)
            throw new EosException(EosErrors.PlanFile, $"{source}: '{entry}' {text}.");
    }
}
