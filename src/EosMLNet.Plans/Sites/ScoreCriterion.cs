using static EosMLNet.Plans.CriterionTraits;

namespace EosMLNet.Plans;

/// <summary>
/// A reason to keep a visual token. A site's score is a mixture of these, each standardised over the tokens of its image. A criterion more
/// is an entry here, with what rules know of it, and the class that computes it.
/// </summary>
public enum ScoreCriterion
{
    /// <summary>Attention of the vision tower's [CLS] token, averaged over heads. Only towers that have such a token offer it.</summary>
    [Criterion(Searched | WeighsGivers)]
    ClsAttention,
    /// <summary>
    /// Attention of the last instruction token at the decoder layer before the site, averaged over heads. Not available in front of layer
    /// 0, unless the site looks at its own layer.
    /// </summary>
    [Criterion(SeesQuestion | NeedsAttention | NeedsDecoder | Searched | WeighsGivers)]
    TextAttention,
    /// <summary>
    /// Attention of the instruction's raters (arXiv:2410.04417) at the decoder layer before the site, averaged over the raters and over
    /// heads (<see cref="ReductionSite.RaterHeads"/>). Not available in front of layer 0, unless the site looks at its own layer.
    /// </summary>
    [Criterion(SeesQuestion | NeedsAttention | NeedsDecoder | Searched)]
    RaterAttention,
    /// <summary>L1 norm of the token's keys, after rotary embedding, at the decoder layer before the site, or at its own layer.</summary>
    [Criterion(NeedsAttention | NeedsDecoder | Untimed)]
    KeyNorm,
    /// <summary>1 less the mean cosine similarity of the token's hidden state to the other visual tokens of its image.</summary>
    [Criterion(Searched)]
    Novelty,
    /// <summary>L2 norm of the token's hidden state.</summary>
    [Criterion(Searched)]
    FeatureNorm,
    /// <summary>A learned linear function of the hidden state, shared by all sites (<see cref="ScoreParameters.Probe"/>).</summary>
    [Criterion(NeedsDecoder | Searched)]
    Probe,
    /// <summary>
    /// A learned bilinear form of the hidden state and the instruction (<see cref="ScoreParameters.Relevance"/>), shared by all sites: what
    /// the question asks for, also in front of layer 0, where no attention exists yet.
    /// </summary>
    [Criterion(SeesQuestion | NeedsDecoder | Searched)]
    TextRelevance,
    /// <summary>1 on as many evenly spaced tokens as the site keeps, 0 elsewhere: a stride.</summary>
    Lattice,
    /// <summary>
    /// A hash of the site's seed and the token's patch, uniform in [0, 1): the same patches in every image, in any batch.
    /// </summary>
    Random,
    /// <summary>ToMe's round: tokens at odd positions stay, those at even positions rank by how little they resemble any odd one.</summary>
    [Criterion(Compares | Untimed)]
    BipartiteMatch,
    /// <summary>
    /// 1 on the token nearest to the middle of each window, 0 elsewhere, the patch grid being cut into as many windows as the site keeps.
    /// </summary>
    [Criterion(NeedsWindows | Untimed)]
    Grid,
    /// <summary>
    /// Of a video: 1 less the cosine similarity of the token's hidden state to that of the same place one step before. 1 where nothing is
    /// there before: in the first step, behind a token that is gone, and in images.
    /// </summary>
    [Criterion(Searched | Untimed)]
    TemporalNovelty,
}
