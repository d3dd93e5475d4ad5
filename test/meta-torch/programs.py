"""Small programs whose results are compared number by number: the index arithmetic that models branch on."""

from __future__ import annotations


def swin_relative_position_index(torch):
    height, width = 4, 3
    coords = torch.stack(torch.meshgrid([torch.arange(height), torch.arange(width)], indexing="ij"))
    flat = torch.flatten(coords, 1)
    relative = flat[:, :, None] - flat[:, None, :]
    relative = relative.permute(1, 2, 0).contiguous()
    relative[:, :, 0] += height - 1
    relative[:, :, 1] += width - 1
    relative[:, :, 0] *= 2 * width - 1
    return relative.sum(-1)


def swin_attention_mask(torch):
    mask = torch.zeros((1, 8, 8, 1))
    count = 0
    for rows in (slice(0, -4), slice(-4, -2), slice(-2, None)):
        for columns in (slice(0, -4), slice(-4, -2), slice(-2, None)):
            mask[:, rows, columns, :] = count
            count += 1
    windows = mask.view(1, 2, 4, 2, 4, 1).permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, 16)
    difference = windows.unsqueeze(1) - windows.unsqueeze(2)
    return difference.masked_fill(difference != 0, float(-100.0)).masked_fill(difference == 0, float(0.0))


def swin_v2_coordinate_table(torch):
    rows = torch.arange(-3, 4, dtype=torch.float32)
    table = torch.stack(torch.meshgrid([rows, rows], indexing="ij")).permute(1, 2, 0).contiguous().unsqueeze(0)
    table /= 3
    table *= 8
    return torch.sign(table) * torch.log2(torch.abs(table) + 1.0) / 3.0


def beit_relative_position_index(torch):
    size = (3, 4)
    grid = torch.stack(torch.meshgrid([torch.arange(3), torch.arange(4)], indexing="ij")).flatten(1)
    relative = (grid[:, :, None] - grid[:, None, :]).permute(1, 2, 0).contiguous()
    relative[:, :, 0] += size[0] - 1
    relative[:, :, 1] += size[1] - 1
    relative[:, :, 0] *= 2 * size[1] - 1
    index = torch.zeros(size=(13, 13), dtype=relative.dtype)
    index[1:, 1:] = relative.sum(-1)
    index[0, 0:] = 50
    index[0:, 0] = 51
    index[0, 0] = 52
    return index


def t5_relative_position_bucket(torch):
    import math

    positions = torch.arange(6)[None, :] - torch.arange(5)[:, None]
    buckets = (positions > 0).to(torch.long) * 16
    distance = torch.abs(positions)
    is_small = distance < 8
    large = 8 + (torch.log(distance.float().clamp(min=1.0) / 8) / math.log(128 / 8) * 8).to(torch.long)
    large = torch.min(large, torch.full_like(large, 15))
    return buckets + torch.where(is_small, distance, large)


def causal_mask(torch):
    return torch.tril(torch.ones(5, 5, dtype=torch.bool)).logical_not().nonzero()


def causal_mask_by_triu(torch):
    mask = torch.full((4, 4), 1.5)
    return torch.triu(mask, diagonal=1)


def sinusoids(torch):
    position = torch.arange(6).unsqueeze(1)
    divisor = torch.exp(torch.arange(0, 4, 2) * (-9.2 / 4))
    table = torch.zeros(6, 4)
    table[:, 0::2] = torch.sin(position * divisor)
    table[:, 1::2] = torch.cos(position * divisor)
    return table


def drop_path_rates(torch):
    return [x.item() for x in torch.linspace(0, 0.1, 12)]


def drop_path_rates_split(torch):
    return [x.tolist() for x in torch.linspace(0, 0.3, 7).split([2, 2, 3])]


def rotary_frequencies(torch):
    inverse = 1.0 / (10000 ** (torch.arange(0, 8, 2).float() / 8))
    return torch.outer(torch.arange(3).float(), inverse).shape, inverse


def view_writes_through(torch):
    base = torch.zeros(3, 4, dtype=torch.int64)
    base[1].add_(2)
    base[:, 1:3].fill_(7)
    base.t()[0] += 1
    base.view(-1)[5] = 9
    return base


def in_place_chain(torch):
    x = torch.arange(6.0).view(2, 3)
    y = x.t()
    y.mul_(2).add_(1)
    return x, y.sum(0), y.contiguous().view(-1)


def gathers(torch):
    table = torch.arange(12).view(4, 3)
    index = torch.tensor([[2, 0, 1], [1, 1, 0]])
    return table.gather(0, index), table[index], table[:, [0, 2]], table[index[0], index[1]], table.index_select(1, index[0])


def scatters(torch):
    index = torch.tensor([[0, 1, 2, 0], [2, 1, 0, 1]])
    source = torch.arange(8).view(2, 4)
    zero = torch.zeros(3, 4, dtype=torch.int64)
    return zero.scatter(0, index, source), zero.scatter_add(0, index, source), zero.scatter(0, index, 5)


def boolean_masks(torch):
    x = torch.arange(10)
    mask = (x % 3 == 0) | (x > 7)
    y = x.clone()
    y[mask] = -1
    return x[mask], y, mask.sum(), mask.any(), mask.all(), (~mask).nonzero().flatten()


def mask_over_two_dimensions(torch):
    x = torch.arange(24).view(2, 3, 4)
    return x[x[:, :, 0] > 3], x[x % 5 == 0]


def order(torch):
    x = torch.tensor([3, 1, 2, 5, 4])
    return x.sort(), x.argsort(descending=True), x.topk(2), x.max(0), x.argmin(), torch.unique(x % 2), x.cumsum(0), torch.flip(x, [0])


def reductions(torch):
    x = torch.arange(24.0).view(2, 3, 4)
    return x.sum((0, 2)), x.mean(1), x.amax(-1), x.prod(2), x.argmax(1), x.min(2, keepdim=True), x.cumsum(1), x.any(2), x.sum()


def integers(torch):
    a, b = torch.tensor([7, -7, 9]), torch.tensor([2, 2, -4])
    return a // b, a % b, a / b, torch.div(a, b, rounding_mode="trunc"), a & 3, a ^ b, a << 1, -a, a.abs(), a.pow(2), a.float() / 2, a.fmod(b), 2**a.abs()


def windows(torch):
    x = torch.arange(16).view(4, 4)
    return x.unfold(0, 2, 2).unfold(1, 2, 2).reshape(4, 4), x.diagonal(1), x.roll(1, 0), x.rot90(), x.chunk(2, 1)[1], x.unbind(1)[2], torch.diff(x), x.repeat(1, 2), x.repeat_interleave(2, 1)


def numbers(torch):
    n = torch.tensor(3)
    return int(n), float(n) / 2, bool(n > 2), list(range(n)), torch.zeros(n, n).shape, n.item(), [1, 2, 3, 4][n], torch.tensor([1.5, 2.5]).tolist()


def where_and_clamp(torch):
    x = torch.arange(-3, 4)
    return torch.where(x > 0, x, -x), x.clamp(-1, 2), x.clamp(min=0), x.masked_fill(x < 0, 9), torch.sign(x), torch.where(x > 0)


def searches(torch):
    edges = torch.tensor([1, 3, 5])
    x = torch.tensor([0, 1, 2, 5, 9])
    return torch.bucketize(x, edges), torch.bucketize(x, edges, right=True), torch.searchsorted(edges, x), torch.bincount(x), torch.isin(x, edges)


def joins(torch):
    a, b = torch.arange(4).view(2, 2), torch.arange(4, 8).view(2, 2)
    return torch.cat([a, b], 1), torch.stack([a, b], 2), torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4])), torch.hstack([a, b]), torch.tril_indices(3, 3), torch.eye(2), torch.combinations(torch.arange(3))


def shared_contents(torch):
    x = torch.arange(4)
    y, z, w = x.view(2, 2), x.clone(), x.detach()
    x += 10
    w[0] = 5
    return x, y, z, w


def filled_mask_by_position(torch):
    rows = torch.arange(5)
    mask = rows[None, :] > rows[:, None]
    bias = torch.zeros(5, 5).masked_fill_(mask, float("-inf"))
    return bias.isinf().sum(), mask.int().sum(-1)


def window_partition_indices(torch):
    index = torch.arange(64).view(1, 8, 8, 1)
    parts = index.view(1, 2, 4, 2, 4, 1).transpose(2, 3).reshape(-1, 4, 4, 1)
    return parts[1].flatten(), parts.shape


PROGRAMS = {name: item for name, item in list(globals().items()) if callable(item)}
