"""Language models as an eager framework runs them: attention written out as products and a softmax, every element-wise
step a call of its own. Shapes follow Hugging Face's GPT-2, OPT and BERT of 2023, which NeuSight measured."""

import math

import torch
from torch import nn


class Conv1D(nn.Module):
    """A linear layer whose weights are [in, out] (Hugging Face's GPT-2)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        rows = torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight)
        return rows.view(*x.shape[:-1], rows.size(-1))


class Gpt2Attention(nn.Module):
    def __init__(self, width, heads, positions):
        super().__init__()
        self.heads = heads
        mask = torch.tril(torch.ones((positions, positions), dtype=torch.bool))
        self.register_buffer("mask", mask.view(1, 1, positions, positions), persistent=False)
        self.qkv = Conv1D(width, 3 * width)
        self.out = Conv1D(width, width)

    def split(self, x):
        return x.view(x.size(0), x.size(1), self.heads, -1).permute(0, 2, 1, 3)

    def forward(self, x):
        q, k, v = (self.split(part) for part in self.qkv(x).split(x.size(2), dim=2))
        scores = torch.matmul(q, k.transpose(-1, -2))
        scores = scores / (v.size(-1) ** 0.5)
        length = x.size(1)
        least = torch.full([], -1e9, dtype=scores.dtype, device=scores.device)
        scores = torch.where(self.mask[:, :, :length, :length], scores, least)
        weights = nn.functional.softmax(scores, dim=-1)
        y = torch.matmul(weights, v)
        y = y.permute(0, 2, 1, 3).contiguous().view(x.size())
        return self.out(y)


class NewGelu(nn.Module):
    def forward(self, x):
        return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


class Gpt2Block(nn.Module):
    def __init__(self, width, heads, positions):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Gpt2Attention(width, heads, positions)
        self.norm2 = nn.LayerNorm(width)
        self.up = Conv1D(width, 4 * width)
        self.act = NewGelu()
        self.down = Conv1D(4 * width, width)

    def forward(self, x):
        x = self.attention(self.norm1(x)) + x
        return x + self.down(self.act(self.up(self.norm2(x))))


class Gpt2(nn.Module):
    def __init__(self, width, heads, layers, vocabulary=50257, positions=2048):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(positions, width)
        self.blocks = nn.ModuleList(Gpt2Block(width, heads, positions) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions(torch.arange(ids.size(1)).unsqueeze(0))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class OptAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.size = width // heads
        self.q = nn.Linear(width, width)
        self.k = nn.Linear(width, width)
        self.v = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def split(self, x, batch, length):
        return x.view(batch, length, self.heads, self.size).transpose(1, 2).contiguous()

    def forward(self, x, mask):
        batch, length, width = x.size()
        shape = (batch * self.heads, length, self.size)
        q = self.q(x) * self.size**-0.5
        k = self.split(self.k(x), batch, length).view(*shape)
        v = self.split(self.v(x), batch, length).view(*shape)
        q = self.split(q, batch, length).view(*shape)
        scores = torch.bmm(q, k.transpose(1, 2))
        scores = scores.view(batch, self.heads, length, length) + mask
        scores = torch.max(scores, torch.tensor(-3.4e38))
        scores = scores.view(batch * self.heads, length, length)
        y = torch.bmm(nn.functional.softmax(scores, dim=-1), v)
        y = y.view(batch, self.heads, length, self.size).transpose(1, 2)
        return self.out(y.reshape(batch, length, width))


class OptBlock(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = OptAttention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, inner)
        self.act = nn.ReLU()
        self.down = nn.Linear(inner, width)

    def forward(self, x, mask):
        x = x + self.attention(self.norm1(x), mask)
        rows = self.norm2(x.reshape(-1, x.size(-1)))
        rows = x.reshape(-1, x.size(-1)) + self.down(self.act(self.up(rows)))
        return rows.view(x.size())


class Opt(nn.Module):
    def __init__(self, width, heads, layers, inner, vocabulary=50272, positions=2048):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(positions + 2, width)
        self.blocks = nn.ModuleList(OptBlock(width, heads, inner) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, ids):
        batch, length = ids.size()
        mask = torch.full((length, length), -3.4e38).triu(1)
        mask = mask[None, None].expand(batch, 1, length, length)
        x = self.tokens(ids) + self.positions(torch.arange(length) + 2)
        for block in self.blocks:
            x = block(x, mask)
        return self.head(self.norm(x))


class BertLayer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width)
        self.k = nn.Linear(width, width)
        self.v = nn.Linear(width, width)
        self.out = nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width)
        self.up = nn.Linear(width, inner)
        self.act = nn.GELU()
        self.down = nn.Linear(inner, width)
        self.norm2 = nn.LayerNorm(width)

    def split(self, x):
        return x.view(x.size(0), x.size(1), self.heads, -1).permute(0, 2, 1, 3)

    def forward(self, x, mask):
        q, k, v = self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x))
        scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(q.size(-1))
        weights = nn.functional.softmax(scores + mask, dim=-1)
        y = torch.matmul(weights, v).permute(0, 2, 1, 3).contiguous().view(x.size())
        x = self.norm1(self.out(y) + x)
        return self.norm2(self.down(self.act(self.up(x))) + x)


class Bert(nn.Module):
    def __init__(self, width, heads, layers, inner, vocabulary=30522, positions=512):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(positions, width)
        self.types = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(BertLayer(width, heads, inner) for _ in range(layers))
        self.transform = nn.Linear(width, width)
        self.act = nn.GELU()
        self.norm_head = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)

    def forward(self, ids):
        batch, length = ids.size()
        kinds = torch.zeros_like(ids)
        x = self.tokens(ids) + self.types(kinds) + self.positions(torch.arange(length).unsqueeze(0))
        x = self.norm(x)
        mask = torch.zeros(batch, 1, 1, length)
        for layer in self.layers:
            x = layer(x, mask)
        return self.head(self.norm_head(self.act(self.transform(x))))
