-- The demo's workload: what Lua programs do all day, some seconds of it.
--
-- Calls (fib), the allocator and the collector (binary trees), tables and a
-- comparison callback (sort), strings and patterns (words).  Prints checksums
-- only, no times, so that two runs print the same.  An argument scales the work:
-- the tests run it with 0.01.

local scale = tonumber(arg and arg[1]) or 1

local function scaled(count)
  return math.max(1, math.floor(count * scale))
end

-- Numbers that look random and are the same everywhere.
local seed = 42
local function random(limit)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed % limit
end

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

local function calls()
  local sum = 0
  for _ = 1, scaled(60) do
    sum = sum + fib(27)
  end
  return sum
end

local function tree_of(depth)
  if depth == 0 then return {} end
  return { left = tree_of(depth - 1), right = tree_of(depth - 1) }
end

local function tree_count(tree)
  if not tree.left then return 1 end
  return 1 + tree_count(tree.left) + tree_count(tree.right)
end

local function trees()
  local kept = tree_of(12)
  local nodes = 0
  for _ = 1, scaled(2000) do
    nodes = nodes + tree_count(tree_of(10))
  end
  return nodes + tree_count(kept)
end

local function sorting()
  local sum = 0
  for _ = 1, scaled(40) do
    local numbers = {}
    for idx = 1, 60000 do numbers[idx] = random(1000000) end
    table.sort(numbers)
    table.sort(numbers, function(one, other) return one > other end)
    sum = sum + numbers[1] + numbers[#numbers]
  end
  return sum
end

local function words()
  local counts, total = {}, 0
  for _ = 1, scaled(200) do
    local parts = {}
    for idx = 1, 3000 do
      parts[idx] = string.format("word%d-%s", random(500), string.rep("x", random(5)))
    end
    local text = table.concat(parts, " ")
    for word in text:gmatch("[%a%d]+") do
      counts[word] = (counts[word] or 0) + 1
      total = total + 1
    end
    total = total + #text:gsub("word(%d+)", "%1-"):upper()
  end
  return total
end

for _, part in ipairs { { "calls", calls }, { "trees", trees }, { "sorting", sorting }, { "words", words } } do
  print(part[1], part[2]())
end
